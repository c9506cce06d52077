/* Time by hypercall, timers, and waiting. Reading time by the time page is in hyp.h: what a program pays for it are its instructions. */
#include "hyp.h"
#include "hypercall.h"

hyp_time_t hyp_time_get(int clock)
{
    return (hyp_time_t)hypercall(HYP_CALL_TIME_GET, (uint32_t)clock, 0, 0);
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
