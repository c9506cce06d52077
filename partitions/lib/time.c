/* Reading time, by the time page of the info page where there is one, else by hypercall; waiting for it. */
#include "hyp.h"
#include "hypercall.h"

hyp_time_t hyp_time_get(int clock)
{
    return (hyp_time_t)hypercall(HYP_CALL_TIME_GET, (uint32_t)clock, 0, 0);
}

static inline uint64_t tsc_read(void)
{
    uint32_t low, high;

    /* The fence keeps the TSC from being read before what comes earlier in the program (SDM 2B, RDTSC). */
    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

hyp_time_t hyp_time(void)
{
    const volatile hyp_info_t *info = hyp_info();
    uint32_t sequence = info->time_sequence;
    uint64_t base = info->time_base;
    uint64_t scale = info->time_scale;

    if (sequence == 0) /* a plan with `tsc: denied`: reading the TSC would fault */
        return hyp_time_get(HYP_CLOCK_MONOTONIC);
    uint64_t ticks = tsc_read() - base;
    /* The kernel changes the time page only between this partition's windows; one may have ended in here. */
    if (sequence != info->time_sequence)
        return hyp_time_get(HYP_CLOCK_MONOTONIC);
    return (hyp_time_t)(((unsigned __int128)ticks * scale) >> 32);
}

hyp_time_t hyp_window_left(void)
{
    const volatile hyp_info_t *info = hyp_info();
    uint64_t end = info->window_end;
    uint64_t now = hyp_time();

    if (now <= end)
        return end - now;
    /* The window ended between the two reads, and this is the next one. */
    return (hyp_time_t)hypercall(HYP_CALL_WINDOW_STATUS, 0, 0, 0);
}

hyp_result_t hyp_timer_set(int clock, hyp_time_t at, hyp_time_t period)
{
    return hypercall(HYP_CALL_TIMER_SET, (uint32_t)clock, at, period);
}

hyp_result_t hyp_timer_cancel(int clock)
{
    return hypercall(HYP_CALL_TIMER_CANCEL, (uint32_t)clock, 0, 0);
}

hyp_result_t hyp_watchdog_kick(void)
{
    return hypercall(HYP_CALL_WATCHDOG_KICK, 0, 0, 0);
}

hyp_result_t hyp_idle_until(hyp_time_t at)
{
    return hypercall(HYP_CALL_IDLE_UNTIL, at, 0, 0);
}
