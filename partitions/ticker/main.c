/*
 * A ticker: a periodic timer at absolute instants. Inside the partition's windows each expiry is an upcall at its instant;
 * expiries that fall between them are one pending event at the next release, and are counted as missed.
 *
 * In the plan: any window; its net length decides how many ticks it sees.
 */
#include <hyp.h>

#define PERIOD 250000u /* ns */
#define WINDOWS 8

static volatile unsigned ticks;
static volatile hyp_time_t last;

static void on_tick(hyp_event_t event)
{
    (void)event;
    last = hyp_time();
    ticks++;
}

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    hyp_time_t first = info->window_start + PERIOD / 2;
    unsigned before = 0;
    hyp_time_t latest = 0; /* ns that an upcall's clock reading came after its planned instant, at most */

    hyp_on_event(HYP_EVENT_TIMER, on_tick);
    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_events_enable();
    hyp_timer_set(HYP_CLOCK_MONOTONIC, first, PERIOD);
    for (unsigned window = 0; window < WINDOWS; window++) {
        hyp_time_t end = info->window_end;

        /* Each pass sleeps until the upcall, which wakes it. The last tick of a window may be the pending one of the gap. */
        while (hyp_time() + PERIOD < end) {
            unsigned seen = ticks;

            hyp_idle_until(end - PERIOD / 10);
            if (ticks != seen && last - info->window_start > PERIOD) {
                hyp_time_t after = (last - first) % PERIOD;

                latest = after > latest ? after : latest;
            }
        }
        hyp_printf("window %u: %u ticks\n", window, ticks - before);
        before = ticks;
        hyp_yield();
    }
    hyp_result_t missed = hyp_timer_cancel(HYP_CLOCK_MONOTONIC);
    hyp_printf("%lld expiries missed between windows; upcalls at most %llu ns after their instant\n", (long long)missed,
               (unsigned long long)latest);
    hyp_verdict(missed > 0 && latest < 1000, latest < 1000 ? "ticks at their instants" : "a tick was late");
}
