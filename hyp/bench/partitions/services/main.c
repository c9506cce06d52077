/*
 * What services cost as a partition sees them: looks at the TSC around each. The figures stay in memory, where the benchmark
 * reads them. `writer` and `reader` are the two ends of channels; `alone` takes times, traps and timers; `asker` makes other calls, of
 * which some are about `ward`, which halts at once, and one is answered by `server`.
 */
#include <hyp.h>
#include <string.h>

#include "handlers.h"

#define ROUNDS 200
#define MESSAGE 64
#define LATER 4000 /* ns until a timer expires */

volatile uint64_t empty_pairs[ROUNDS], event_sends[ROUNDS], narrow_writes[ROUNDS], wide_writes[ROUNDS], queue_sends[ROUNDS];
volatile uint64_t narrow_reads[ROUNDS], status_reads[ROUNDS], queue_receives[ROUNDS];
volatile uint64_t time_reads[ROUNDS], traps[ROUNDS], expiries[ROUNDS];
volatile uint64_t controls[ROUNDS], status_looks[ROUNDS], schedule_looks[ROUNDS], record_reads[ROUNDS], console_writes[ROUNDS], gate_calls[ROUNDS];
volatile uint64_t done;

static char message[MESSAGE] __attribute__((aligned(64)));

/* Ticks from a look to the next, the call's `mov` to rax and `syscall` among them; less than nothing when it fails. */
static uint32_t timed(uint64_t number, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth)
{
    uint64_t rax;
    uint32_t ticks;
    register uint64_t r10 __asm__("r10") = fourth;
    __asm__ volatile("rdtsc\n\tmov %%eax, %%r8d\n\tmov %5, %%rdx\n\tmov %2, %%rax\n\tsyscall\n\t"
                     "mov %%rax, %0\n\trdtsc\n\tsub %%r8d, %%eax"
                     : "=&r"(rax), "=&a"(ticks)
                     : "r"((uint64_t)HYP_HYPERCALL_TAG << 32 | number), "D"(first), "S"(second), "r"(third), "r"(r10)
                     : "rcx", "rdx", "r8", "r11", "memory");
    return (int64_t)rax < 0 ? UINT32_MAX : ticks;
}

/* The same without the call. */
static uint32_t empty_pair(void)
{
    uint64_t rax;
    uint32_t ticks;
    __asm__ volatile("rdtsc\n\tmov %%eax, %%r8d\n\tmov %2, %%rdx\n\tmov %%rax, %0\n\trdtsc\n\tsub %%r8d, %%eax"
                     : "=&r"(rax), "=&a"(ticks) : "r"(0ull) : "rdx", "r8", "memory");
    return ticks;
}

static uint32_t tsc(void)
{
    uint32_t low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "rdx", "memory");
    return low;
}

static void writer(void)
{
    uint32_t bell = (uint32_t)hyp_event("bell");
    uint32_t narrow = (uint32_t)hyp_port("narrow"), wide = (uint32_t)hyp_port("wide"), queue = (uint32_t)hyp_port("queue");

    for (uint32_t n = 0; n < ROUNDS; n++) {
        empty_pairs[n] = empty_pair();
        event_sends[n] = timed(HYP_CALL_EVENT_SEND, bell, 0, 0, 0);
        narrow_writes[n] = timed(HYP_CALL_SAMPLING_WRITE, narrow, (uint64_t)message, MESSAGE, 0);
        wide_writes[n] = timed(HYP_CALL_SAMPLING_WRITE, wide, (uint64_t)message, MESSAGE, 0);
        queue_sends[n] = timed(HYP_CALL_QUEUING_SEND, queue, (uint64_t)message, MESSAGE, 0);
        done = n + 1;
        hyp_yield();
    }
}

static void reader(void)
{
    hyp_sampling_status_t status;
    uint32_t narrow = (uint32_t)hyp_port("narrow"), wide = (uint32_t)hyp_port("wide_1"), queue = (uint32_t)hyp_port("queue");

    for (uint32_t n = 0; n < ROUNDS; n++) {
        empty_pairs[n] = empty_pair();
        narrow_reads[n] = timed(HYP_CALL_SAMPLING_READ, narrow, (uint64_t)message, MESSAGE, 0);
        status_reads[n] = timed(HYP_CALL_SAMPLING_READ, wide, (uint64_t)message, MESSAGE, (uint64_t)&status);
        queue_receives[n] = timed(HYP_CALL_QUEUING_RECEIVE, queue, (uint64_t)message, MESSAGE, 0);
        done = n + 1;
        hyp_yield();
    }
}

/* All of its instructions, and no more: this is what a program pays. */
static uint64_t time_read(void)
{
    uint32_t before = tsc();
    (void)hyp_time();
    return tsc() - before;
}

static uint64_t looks(void)
{
    uint32_t before = tsc();
    return tsc() - before;
}

/* From the planned instant; the loop is interrupted between two of its instructions. */
static uint64_t expiry(void)
{
    const volatile hyp_info_t *info = hyp_info();
    uint64_t at = hyp_time() + LATER;

    handler_seen = 0;
    hyp_timer_set(HYP_CLOCK_MONOTONIC, at, 0);
    while (!handler_seen)
        ;
    return handler_seen - (info->time_base + at); /* the plan's board has a TSC of 1 GHz */
}

static void alone(void)
{
    struct hyp_control *control = (struct hyp_control *)HYP_CONTROL_PAGE;
    control->upcall_handler = (uint64_t)handler_upcall;
    control->trap_handler = (uint64_t)handler_trap;
    control->handler_stack = (uint64_t)handler_stack_end;
    control->trap_stack = (uint64_t)handler_stack_end;
    control->vif = 1;
    for (uint32_t n = 0; n < ROUNDS; n++) {
        empty_pairs[n] = looks();
        time_reads[n] = time_read();
        traps[n] = handler_trap_after();
        expiries[n] = expiry();
        done = n + 1;
        hyp_yield();
    }
}

/* The server sends the words straight back, so the registers of a gate call are as after any other. */
static void asker(void)
{
    static hyp_partition_status_t status;
    static hyp_schedule_status_t schedule;
    static hyp_health_record_t record; /* of `alone`, which has a trap in each frame */
    uint32_t ward = (uint32_t)hyp_partition("ward");

    while (timed(HYP_CALL_GATE_CALL, 0, 0, 0, 0) == UINT32_MAX)
        ;
    hyp_yield();
    for (uint32_t n = 0; n < ROUNDS; n++) {
        empty_pairs[n] = empty_pair();
        controls[n] = timed(HYP_CALL_PARTITION_CONTROL, ward, HYP_CONTROL_HALT, 0, 0);
        status_looks[n] = timed(HYP_CALL_PARTITION_STATUS, ward, (uint64_t)&status, 0, 0);
        schedule_looks[n] = timed(HYP_CALL_SCHEDULE_STATUS, (uint64_t)&schedule, 0, 0, 0);
        record_reads[n] = timed(HYP_CALL_HEALTH_READ, (uint64_t)&record, 1, 0, 0);
        console_writes[n] = timed(HYP_CALL_CONSOLE_WRITE, (uint64_t)"8 bytes\n", 8, 0, 0);
        gate_calls[n] = timed(HYP_CALL_GATE_CALL, 0, 0, 0, 0);
        done = n + 1;
        hyp_yield();
    }
}

static _Noreturn void server(void)
{
    __asm__ volatile("1:\tmov %0, %%rax\n\tsyscall\n\tjmp 1b" : : "i"((uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_GATE_REPLY_WAIT));
    __builtin_unreachable();
}

void partition_main(void)
{
    const char *role = hyp_info()->args;

    if (strcmp(role, "writer") == 0)
        writer();
    else if (strcmp(role, "reader") == 0)
        reader();
    else if (strcmp(role, "asker") == 0)
        asker();
    else if (strcmp(role, "server") == 0)
        server();
    else if (strcmp(role, "ward") == 0)
        return;
    else
        alone();
    for (;;)
        hyp_yield();
}
