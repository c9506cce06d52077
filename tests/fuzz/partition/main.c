/* A fuzzer, its peer, or neither: `args` is `fuzz SEED COUNT NUMBERS`, `peer` with the same (decimal), `serve`, or `idle`. */
#include "record.h"

#define ROOM 6000u                      /* ns: more than the longest call and its record take */
#define LIFE_ROOM 100000u               /* ns: a restart of oneself too ends in the window in which it was asked for */
#define CONTROL ((volatile struct hyp_control *)HYP_CONTROL_PAGE)

struct journal *journal;

uint64_t random_word(void)              /* xorshift64* (S. Vigna, 2016) */
{
    uint64_t x = journal->seed;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    journal->seed = x;
    return x * 0x2545f4914f6cdd1dull;
}

static uint64_t now(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return ((uint64_t)high << 32 | low) - hyp_info()->time_base;
}

struct record *record_begin(uint64_t rax, const uint64_t arguments[4])
{
    int control = rax == TAGGED(HYP_CALL_MODE_SET) || rax == TAGGED(HYP_CALL_PARTITION_CONTROL);
    control |= (rax & 0xffff) == HYP_CALL_GATE_CALL;        /* whose server may have to be restarted */
    uint64_t room = control && hyp_info()->args[0] == 'f' ? LIFE_ROOM : ROOM;
    while (journal->count == journal->limit || *(const volatile uint64_t *)&hyp_info()->window_end < now() + room)
        hyp_yield();
    struct record *record = &journal->records[journal->count];
    record->rax = rax;
    for (int n = 0; n < 4; n++)
        record->arguments[n] = arguments[n];
    record->result = UNANSWERED;
    journal->count++;
    record->before = now();
    return record;
}

void record_end(struct record *record, int64_t result)
{
    record->after = now();
    record->result = result;
}

void record_also(uint64_t rax, const uint64_t arguments[4], int64_t result, uint64_t extra)
{
    struct record *record = &journal->records[journal->count];
    *record = record[-1];
    record->rax = rax;
    for (int n = 0; n < 4; n++)
        record->arguments[n] = arguments[n];
    record->result = result;
    record->extra = extra;
    journal->count++;
}

int64_t make_raw(uint64_t rax, const uint64_t arguments[4], uint64_t *watched)
{
    struct record *record = record_begin(rax, arguments);
    uint64_t before = watched ? *watched : 0;
    register uint64_t fourth __asm__("r10") = arguments[3];
    register uint64_t fifth __asm__("r8") = before;
    uint64_t first = arguments[0], second = arguments[1], third = arguments[2];
    int64_t result;
    __asm__ volatile("syscall" : "=a"(result), "+D"(first), "+S"(second), "+d"(third), "+r"(fourth), "+r"(fifth) : "0"(rax)
                     : "rcx", "r9", "r11", "memory");
    record_end(record, result);
    record->extra = watched ? *watched : (rax & 0xffff) == HYP_CALL_GATE_CALL ? first : 0;
    return result;
}

int64_t make(uint32_t number, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth, uint64_t *watched)
{
    return make_raw(TAGGED(number), (const uint64_t[4]){first, second, third, fourth}, watched);
}

void take_events(void)
{
    struct record *record = record_begin(DID_TAKE, (const uint64_t[4]){0});
    uint64_t bits = __atomic_exchange_n(&CONTROL->pending[0], 0, __ATOMIC_RELAXED);
    bits |= __atomic_exchange_n(&seen, 0, __ATOMIC_RELAXED);
    record_end(record, (int64_t)bits);
}

void begin_life(void)
{
    struct record *record = record_begin(DID_START, (const uint64_t[4]){0});
    seen = 0;
    record_end(record, (int64_t)(hyp_info()->start_cause | (uint64_t)hyp_info()->mode_at_start << 32));
}

static uint64_t number(const char **at)
{
    uint64_t value = 0;
    while (**at && (**at < '0' || **at > '9'))
        ++*at;
    for (; **at >= '0' && **at <= '9'; ++*at)
        value = value * 10 + (uint64_t)(**at - '0');
    return value;
}

/* One request in ten ends the server's life. */
static void answer(int caller, uint64_t words[6])
{
    (void)caller;
    if (words[0] % 32 == 0)
        hyp_mode_set(HYP_MODE_COLD_START);
    if (words[0] % 32 == 1)
        hyp_partition_control((hyp_partition_t)hyp_info()->partition, HYP_CONTROL_WARM_RESTART);
    if (words[0] % 32 == 2)
        *(volatile uint64_t *)0x8000 = 1;
    words[0] = ~words[0];
}

void partition_main(void)
{
    const char *at = hyp_info()->args;
    char role = *at;
    while (role == 'i')
        hyp_yield();
    if (role == 's')
        hyp_gate_serve(answer);
    journal = (struct journal *)hyp_area(role == 'f' ? "calls" : "answers")->base;
    uint64_t seed = number(&at), limit = number(&at);
    if (journal->limit == 0) {
        journal->seed = seed * 0x9e3779b97f4a7c15ull + 1;
        journal->limit = limit;
    }
    begin_life();
    if (role == 'f')
        fuzz_run(number(&at));
    peer_run();
}
