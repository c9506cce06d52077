/* The journal that a fuzzing partition keeps in a shared area: what restarts leave alone, and the test reads from RAM. */
#ifndef RECORD_H
#define RECORD_H

#include <hyp.h>

/* In the place of a call: what the partition itself did. */
#define DID_TAKE 0x10000u       /* took all pending events of word 0; the result is their bits */
#define DID_ENABLE 0x10001u     /* first argument: virtual interrupt flag, second: mask word 0 */
#define DID_START 0x10002u      /* a life began; result: start cause | mode << 32 */

/* Upper half of `rax`: an entry of the batch recorded before it, as the call that it stands for. */
#define ENTRY(number) (0x62617463ull << 32 | (uint32_t)(number))

#define UNANSWERED INT64_MIN    /* the call has not returned */
#define TAGGED(number) ((uint64_t)HYP_HYPERCALL_TAG << 32 | (number))

/* The playground: two pages of the partition's own, and nothing mapped behind them. */
#define PLAYGROUND 0x10000000u
#define PLAYGROUND_SIZE 0x6000u
/* For batches: a page of lists, nothing mapped behind it. */
#define LISTS 0x18000000u
#define LISTS_SIZE 0x1000u

struct record {
    uint64_t rax, arguments[4];
    int64_t result;
    uint64_t before, after;     /* ns, monotonic */
    uint64_t extra;             /* the word at `watched`: before a call that reads it, after one that fills it */
};

struct journal {
    uint64_t count, seed, limit, progress;
    struct record records[];
};

extern struct journal *journal;
extern uint64_t seen;           /* events that upcalls have taken */

uint64_t random_word(void);
static inline uint64_t below(uint64_t limit) { return random_word() % limit; }
static inline int one_in(uint64_t times) { return below(times) == 0; }

/* Each waits for a window with room for the longest call, so that only sleep and stops part a call from its record. */
struct record *record_begin(uint64_t rax, const uint64_t arguments[4]);
/* A record of what has happened with the one before; there must be room. */
void record_also(uint64_t rax, const uint64_t arguments[4], int64_t result, uint64_t extra);
void record_end(struct record *record, int64_t result);

/* Makes the call and records it; `watched` is NULL, or a word of which `extra` becomes a copy. */
int64_t make(uint32_t number, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth, uint64_t *watched);
int64_t make_raw(uint64_t rax, const uint64_t arguments[4], uint64_t *watched);
void take_events(void);
uint64_t small(uint64_t count);
uint64_t address(uint64_t size);
uint64_t length(uint64_t usual);
void batch_call(uint64_t numbers);
void begin_life(void);

_Noreturn void peer_run(void);
_Noreturn void fuzz_run(uint64_t numbers);         /* calls 0 to numbers - 1 are there */

/* events.S */
void upcall_entry(void);
int64_t slot_return(uint64_t rip, uint64_t rsp);

#endif
