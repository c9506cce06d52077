/* The calls of group `time`. */
#include "../case.h"

#define SOON 100000u /* ns */

static void timer_check(int clock, hyp_event_t event)
{
    const char *wrong = "no such clock, a period below 10000 ns, or an instant beyond 2^60 ns";
    uint64_t bit = 1ull << event;

    CASE(timer_cancel, NO_ACTION, "the timer is not set", hyp_timer_cancel(clock));
    CASE(timer_set, NO_ACTION, "the instant has passed and the timer is not periodic", hyp_timer_set(clock, 1, 0));
    CASE(timer_set, INVALID_PARAM, wrong, hyp_timer_set(clock, hyp_time_get(clock) + SOON, HYP_TIMER_PERIOD_MIN - 1));
    CASE(timer_set, INVALID_PARAM, wrong, hyp_timer_set(clock, (1ull << 62) + 1, 0));
    hyp_time_t at = hyp_time_get(clock) + SOON;
    WORKS(timer_set, hyp_timer_set(clock, at, 0) == HYP_OK);
    if (clock == HYP_CLOCK_MONOTONIC) {
        WORKS(timer_set, hyp_event_wait(bit, at + SOON) == (hyp_result_t)bit && hyp_time() >= at && hyp_time() < at + SOON / 10);
    } else {
        while (hyp_time_get(clock) < at) /* this clock stands still while the partition sleeps */
            ;
        hyp_nop();
        WORKS(timer_set, hyp_event_wait(bit, hyp_time()) == (hyp_result_t)bit);
    }
    CASE(timer_cancel, NO_ACTION, "the timer is not set", hyp_timer_cancel(clock));
    WORKS(timer_set, hyp_timer_set(clock, hyp_time_get(clock) + SOON, SOON) == HYP_OK);
    WORKS(timer_cancel, hyp_timer_cancel(clock) == 0);
}

void partition_main(void)
{
    hyp_mode_set(HYP_MODE_NORMAL);
    if (case_role("without")) {
        CASE(watchdog_kick, INVALID_CONFIG, "the plan gives the caller no watchdog", hyp_watchdog_kick());
        case_end();
        return;
    }
    WORKS(watchdog_kick, hyp_watchdog_kick() == HYP_OK);
    CASE(time_get, INVALID_PARAM, "no such clock", hyp_time_get(2));
    CASE(time_get, INVALID_PARAM, "no such clock", hyp_time_get(-1));
    hyp_time_t before = hyp_time();
    WORKS(time_get, hyp_time_get(HYP_CLOCK_MONOTONIC) - before < 1000);
    WORKS(time_get, hyp_time_get(HYP_CLOCK_EXECUTION) < hyp_time());
    CASE(timer_set, INVALID_PARAM, "no such clock, a period below 10000 ns, or an instant beyond 2^60 ns",
         hyp_timer_set(2, hyp_time() + SOON, 0));
    CASE(timer_cancel, INVALID_PARAM, "no such clock", hyp_timer_cancel(2));
    timer_check(HYP_CLOCK_MONOTONIC, HYP_EVENT_TIMER);
    timer_check(HYP_CLOCK_EXECUTION, HYP_EVENT_TIMER_EXECUTION);
    /* Missed expiries are counted: the period goes on between windows, and its event is pending all the while. */
    hyp_time_t start = hyp_time();
    hyp_timer_set(HYP_CLOCK_MONOTONIC, start + SOON, SOON);
    hyp_yield();
    hyp_time_t gone = (hyp_time() - start) / SOON;
    hyp_result_t missed = hyp_timer_cancel(HYP_CLOCK_MONOTONIC);
    WORKS(timer_cancel, missed == (hyp_result_t)gone - 1 || missed == (hyp_result_t)gone);
    hyp_watchdog_kick();
    case_end();
}
