/* What each call costs its caller, in TSC ticks, by number, into the area `log`: the longest of several tries. */
#include <hyp.h>

static char text[HYP_CONSOLE_WRITE_MAX];

static uint64_t now(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static void measure(uint32_t number, uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t *log = (uint64_t *)hyp_area("log")->base, rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number, start = now();
    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(third) : "rcx", "r11", "memory");
    uint64_t took = now() - start;
    if (took > log[number])
        log[number] = took;
}

/* The calls of ports, events, timers, health, schedules, the module and the trace: at once, with an end that lets the caller go on. */
static void measure_services(void)
{
    uint64_t buffer = (uint64_t)text;

    measure(HYP_CALL_TIMER_SET, HYP_CLOCK_MONOTONIC, UINT64_MAX / 2, 10000);
    measure(HYP_CALL_TIMER_SET, HYP_CLOCK_EXECUTION, UINT64_MAX / 2, 0);
    measure(HYP_CALL_TIMER_CANCEL, HYP_CLOCK_MONOTONIC, 0, 0);
    measure(HYP_CALL_IDLE_UNTIL, 0, 0, 0);
    measure(HYP_CALL_EVENT_WAIT, 1, 0, 0);
    for (uint32_t number = HYP_CALL_SAMPLING_WRITE; number <= HYP_CALL_QUEUING_CLEAR; number++)
        measure(number, 0, buffer, 16);
    measure(HYP_CALL_EVENT_SEND, 0, 0, 0);
    measure(HYP_CALL_EVENT_UNMASK, 0, 0, 0);
    measure(HYP_CALL_WATCHDOG_KICK, 0, 0, 0);
    measure(HYP_CALL_SCHEDULE_SWITCH, 0, 0, 0);
    measure(HYP_CALL_SCHEDULE_STATUS, buffer, 0, 0);
    measure(HYP_CALL_PARTITION_STATUS, hyp_info()->partition, buffer, 0);
    measure(HYP_CALL_HEALTH_READ, buffer, HYP_HEALTH_READ_MAX, 0);
    measure(HYP_CALL_HEALTH_STATUS, buffer, 0, 0);
    measure(HYP_CALL_MODULE_CONTROL, 99, 0, 0);
    measure(HYP_CALL_MODULE_STATUS, buffer, 0, 0);
    measure(HYP_CALL_IRQ_ACK, 0, 0, 0);
    measure(HYP_CALL_IRQ_MASK, 0, 1, 0);
    measure(HYP_CALL_TRACE_EVENT, 7, 0, 0);
    measure(HYP_CALL_TRACE_READ, buffer, HYP_TRACE_READ_MAX, 0);
    measure(HYP_CALL_GATE_CALL, 0, 0, 0);
    measure(HYP_CALL_GATE_REPLY_WAIT, 0, 0, 0);
    hyp_call_t one = { .number = HYP_CALL_TRACE_READ, .arguments = { buffer, HYP_TRACE_READ_MAX } };
    measure(HYP_CALL_MULTICALL, (uint64_t)&one, 1, 0);
}

void partition_main(void)
{
    for (int n = 0; n < 40; n++) {
        measure(HYP_CALL_NOP, 0, 0, 0);
        measure(HYP_CALL_CONSOLE_WRITE, (uint64_t)text, sizeof text, 0);
        measure(HYP_CALL_CONSOLE_WRITE, (uint64_t)text + 1, sizeof text - 1, 0);
        measure(HYP_CALL_CONSOLE_WRITE, 0x40000000, sizeof text, 0);
        measure(HYP_CALL_CONSOLE_READ, (uint64_t)text, sizeof text, 0);
        measure(HYP_CALL_TIME_GET, HYP_CLOCK_MONOTONIC, 0, 0);
        measure(HYP_CALL_TIME_GET, HYP_CLOCK_EXECUTION, 0, 0);
        measure(HYP_CALL_WINDOW_STATUS, 0, 0, 0);
        measure(HYP_CALL_PARTITION_CONTROL, hyp_info()->partition, HYP_CONTROL_RESUME, 0);
        measure(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0);
        measure(HYP_CALL_VERDICT, n % 2 ? HYP_VERDICT_FAIL : HYP_VERDICT_PASS, (uint64_t)text, HYP_VERDICT_TEXT_MAX - 1);
        measure_services();
        hyp_yield();
    }
    for (;;)
        hyp_yield();
}
