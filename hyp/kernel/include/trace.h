/* Trace records: fixed cost, a ring per core that overwrites its oldest. What the plan does not ask for costs one test. */
#ifndef TRACE_H
#define TRACE_H

#include "core.h"

static inline int traced(uint32_t what)
{
    return (the_plan()->traced & what) != 0;
}

static inline __attribute__((always_inline)) struct trace_record *record_next(struct core *core)
{
    return &core->trace_ring[core->trace_head++ & core->trace_last];
}

/* Windows are always recorded. */
static inline __attribute__((always_inline)) struct trace_record *trace_window(struct core *core, uint64_t tsc, uint64_t words)
{
    struct trace_record *record = record_next(core);
    record->tsc = tsc;
    __builtin_memcpy(&record->kind, &words, sizeof words);      /* kind, no detail, no partition, value */
    return record;
}

/* A record of the running partition's, from a handler: by the stack, so that a handler whose calls are not traced saves no register. */
static inline __attribute__((always_inline)) void trace_words(uint32_t kind, uint32_t detail, uint64_t value)
{
    uint64_t words = (uint64_t)kind << 32 | (uint64_t)detail << 40 | (uint32_t)value;
    __asm__ volatile("push %0\n\tcall trace_pushed" : : "r"(words) : "rax", "cc", "memory");
}

static inline __attribute__((always_inline)) void trace_raise(const struct listener_plan *listener)
{
    if (traced(TRACED_EVENTS))
        trace_words(HYP_TRACE_RAISE, 0, (uint64_t)listener->partition << 16 | listener->event);
}

_Static_assert(OFFSET_TRACE_RECORD_VALUE == OFFSET_TRACE_RECORD_KIND + 4, "written as one");

void trace_put(uint64_t words);                         /* as trace_words has them; for trace_pushed */
void trace_health(uint32_t partition, uint32_t event, uint32_t action);
void trace_raised(uint32_t partition, uint32_t event);     /* by the kernel */
void trace_upcall(void);
void trace_gate(uint32_t what, const struct partition_plan *partition, const struct partition_plan *other);    /* GATE_* */
void trace_call(uint32_t call);
void trace_result(uint64_t result);

/* The stream, in idle time only: on a UART of its own, or made by the console's drain between its own packets. */
void trace_init(struct core *core);
int trace_among(struct core *core);                     /* one step, if the console's sender is to carry it; 0: nothing is waiting */
/* On its own UART, at most until that TSC instant. Returns whose line has to become free for what is waiting still; 0: nothing is. */
const struct sender *trace_drain(struct core *core, uint64_t until);
void trace_flush(struct core *core);                    /* all that is there, at the end of a run */

#endif
