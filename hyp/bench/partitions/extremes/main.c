/*
 * Calls at their worst: the largest messages, the most readers, restarts, storms of health events, and all numbers with
 * arguments that somebody may have thought of. Args say which of it; `nurse` keeps the others going.
 */
#include <hyp.h>
#include <string.h>

#define LARGE 65536
#define PAGE 4096
#define READERS 30
#define NUMBERS 40

static char buffer[LARGE + PAGE] __attribute__((aligned(4096)));
static uint64_t seed;

static int64_t call(uint64_t number, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth)
{
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;
    register uint64_t r10 __asm__("r10") = fourth;
    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(third), "r"(r10) : "rcx", "r11", "memory");
    return (int64_t)rax;
}

static uint64_t tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static uint64_t dice(uint64_t sides) /* xorshift64 (G. Marsaglia, "Xorshift RNGs", 2003) */
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % sides;
}

static uint32_t port(const char *name)
{
    return (uint32_t)hyp_port(name);
}

/* Each entry is the longest call that a batch may hold. */
static void batch(void)
{
    static hyp_call_t calls[HYP_MULTICALL_MAX];

    for (size_t n = 0; n < HYP_MULTICALL_MAX; n++)
        calls[n] = (hyp_call_t){.number = n % 8 ? HYP_CALL_SAMPLING_WRITE : HYP_CALL_QUEUING_SEND,
                                .arguments = {port(n % 8 ? "page" : "bulk"), (uint64_t)buffer + n, n % 8 ? PAGE : LARGE}};
    call(HYP_CALL_MULTICALL, (uint64_t)calls, HYP_MULTICALL_MAX, 0, 0);
}

static void send(void)
{
    call(HYP_CALL_SAMPLING_WRITE, port("page"), (uint64_t)buffer, PAGE, 0);
    call(HYP_CALL_SAMPLING_WRITE, port("page"), (uint64_t)buffer + 1, PAGE - 1, 0);
    call(HYP_CALL_SAMPLING_WRITE, port("large"), (uint64_t)buffer, LARGE, 0);
    call(HYP_CALL_QUEUING_SEND, port("bulk"), (uint64_t)buffer, LARGE, 0);
    call(HYP_CALL_QUEUING_SEND, port("bulk"), (uint64_t)buffer + 1, LARGE, 5000);
    call(HYP_CALL_SAMPLING_WRITE, port("large"), (uint64_t)buffer + 3, LARGE - 7, 0);
    call(HYP_CALL_QUEUING_STATUS, port("bulk"), (uint64_t)buffer, 0, 0);
    batch();
}

static void receive(void)
{
    hyp_sampling_status_t status;

    call(HYP_CALL_SAMPLING_READ, port("page_1"), (uint64_t)buffer, PAGE, (uint64_t)&status);
    call(HYP_CALL_SAMPLING_READ, port("large"), (uint64_t)buffer, LARGE, (uint64_t)&status);
    call(HYP_CALL_QUEUING_RECEIVE, port("bulk"), (uint64_t)buffer, LARGE, 0);
    call(HYP_CALL_QUEUING_RECEIVE, port("bulk"), (uint64_t)buffer + 1, LARGE, 5000);
    call(HYP_CALL_SAMPLING_STATUS, port("page_30"), (uint64_t)&status, 0, 0);
    call(HYP_CALL_QUEUING_CLEAR, port("bulk"), 0, 0, 0);
    if (dice(8) == 0)
        call(HYP_CALL_MODE_SET, dice(2) ? HYP_MODE_COLD_START : HYP_MODE_WARM_START, 0, 0, 0);
}

/* Health events of every kind that a partition can make, and the log read as fast as it fills. */
static void storm(void)
{
    switch (dice(6)) {
    case 0: __asm__ volatile("int3"); break;
    case 1: __asm__ volatile("ud2"); break;
    case 2: *(volatile uint32_t *)(8 + dice(64)) = 1; break;
    case 3: __asm__ volatile("syscall" : : "a"(0ull) : "rcx", "r11", "memory"); break;
    case 4: hyp_health_raise((uint32_t)dice(100)); break;
    default: __asm__ volatile("cli"); break;
    }
}

static void skip(hyp_frame_t *frame)
{
    frame->rip += dice(4) ? 2 : 0; /* at times the same fault again */
    if (dice(16) == 0)
        __asm__ volatile("ud2");   /* nested */
}

static void nothing(hyp_event_t event)
{
    (void)event;
}

static void timers(void)
{
    hyp_time_t now = hyp_time();

    hyp_timer_set(HYP_CLOCK_MONOTONIC, now + 500 + dice(9000), 10000 + dice(9000));
    hyp_timer_set(HYP_CLOCK_EXECUTION, hyp_time_get(HYP_CLOCK_EXECUTION) + 1 + dice(3000), 10000);
    hyp_watchdog_kick();
    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_event_wait(1 + dice(15), now + dice(9000));
    hyp_idle_until(now + dice(20000));
    if (dice(3) == 0)
        hyp_timer_cancel((int)dice(3));
}

static uint64_t value(void)
{
    static const uint64_t fixed[] = {0, 1, 2, 3, 4, 5, 16, 17, 31, 62, 63, 64, 512, PAGE, PAGE + 1, LARGE, LARGE + 1, 1ull << 31, 1ull << 32,
                                     1ull << 47, (1ull << 47) - PAGE, 1ull << 62, 1ull << 63, UINT64_MAX, UINT64_MAX - PAGE,
                                     HYP_CONTROL_PAGE, HYP_INFO_PAGE};
    uint64_t pick = dice(40);

    if (pick < sizeof fixed / sizeof *fixed)
        return fixed[pick];
    return pick % 2 ? (uint64_t)buffer + dice(PAGE) : (uint64_t)buffer + sizeof buffer - dice(700);
}

static void anything(void)
{
    call(dice(NUMBERS), value(), value(), value(), value());
}

/* Whoever has stopped goes on, in turns from memory as it is and as it was. */
static void nurse(void)
{
    hyp_health_record_t records[HYP_HEALTH_READ_MAX];
    hyp_partition_status_t status;

    for (hyp_partition_t who = 0; hyp_partition_status(who, &status) != HYP_INVALID_PARAM; who++) {
        if (who == (hyp_partition_t)hyp_info()->partition)
            continue;
        if (status.status == HYP_STATUS_HALTED || dice(64) == 0)
            hyp_partition_control(who, dice(2) ? HYP_CONTROL_COLD_RESTART : HYP_CONTROL_WARM_RESTART);
        else if (dice(16) == 0)
            hyp_partition_control(who, HYP_CONTROL_SUSPEND);
        else
            hyp_partition_control(who, HYP_CONTROL_RESUME);
    }
    hyp_health_read(records, HYP_HEALTH_READ_MAX);
    call(HYP_CALL_TRACE_READ, (uint64_t)buffer, HYP_TRACE_READ_MAX, 0, 0);
    hyp_health_status((hyp_health_status_t *)buffer);
    hyp_module_status((hyp_module_status_t *)buffer);
    hyp_schedule_switch(dice(2) ? "first" : "second");
    hyp_schedule_status((hyp_schedule_status_t *)buffer);
    hyp_yield();
}

/* Restarts the module every so often; by then everything has happened. */
static void module(void)
{
    static uint32_t windows;

    hyp_yield();
    if (++windows % 64 == 0)
        hyp_module_control(windows % 128 ? HYP_MODULE_WARM_RESTART : HYP_MODULE_COLD_RESTART);
}

static void prepare(void)
{
    seed = tsc() * 2 + 1;
    hyp_on_trap(HYP_HEALTH_INVALID_OPCODE, skip);
    for (hyp_event_t event = 0; event < 100; event++)
        hyp_on_event(event, nothing);
    hyp_events_enable();
}

void partition_main(void)
{
    static const struct {
        const char *name;
        void (*act)(void);
    } acts[] = {{"send", send}, {"receive", receive}, {"storm", storm}, {"timers", timers}, {"anything", anything}, {"nurse", nurse},
                {"module", module}};
    void (*act)(void) = anything;

    for (uint32_t n = 0; n < sizeof acts / sizeof *acts; n++)
        if (strcmp(hyp_info()->args, acts[n].name) == 0)
            act = acts[n].act;
    prepare();
    for (;;)
        act();
}
