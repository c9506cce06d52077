/* Calls at exact distances from the end of a window or from a timer's instant, one instruction further each time. */
#ifndef RACES_H
#define RACES_H

#include <hyp.h>

struct log {
    uint64_t calls;             /* made by the sweep */
    uint64_t crossed;           /* of those, began in one window and ended in another */
    uint64_t wrong;             /* checks that did not hold */
    uint64_t line, first, second;   /* of the first of them */
    uint64_t done;              /* 1: came to its end */
    uint64_t seen;              /* messages, events or upcalls that came */
};

extern struct log *races_log;

void wrong_at(uint64_t line, uint64_t first, uint64_t second);
#define CHECK(found, wanted) \
    do { \
        uint64_t found_ = (uint64_t)(found), wanted_ = (uint64_t)(wanted); \
        if (found_ != wanted_) \
            wrong_at(__LINE__, found_, wanted_); \
    } while (0)

static inline uint64_t tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

void wait_until(uint64_t at);   /* returns a constant number of instructions after that TSC instant, which is not near */
uint64_t window_end(void);      /* TSC: net end of the current window */

/* Makes a call between two looks at `rsp` and 13 other registers; nonzero: it did not keep them. */
int64_t call_kept(uint64_t rax, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth, uint64_t *broken);

_Noreturn void messages_run(uint64_t sends, uint64_t queuing, uint64_t words, uint64_t offsets);
_Noreturn void lives_run(uint64_t words, uint64_t offsets);
_Noreturn void killer_run(uint64_t words, uint64_t offsets);
_Noreturn void events_run(uint64_t sends, uint64_t offsets);
_Noreturn void upcalls_run(uint64_t offsets);
_Noreturn void asker_run(uint64_t alarms, uint64_t offsets);
_Noreturn void replier_run(void);

#endif
