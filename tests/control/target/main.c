/* Counts in the shared area `tally` its starts and the requests to shut down that reach it; it does not do what they ask. */
#include <hyp.h>

static volatile uint32_t *tally;

static void on_shutdown(hyp_event_t event)
{
    (void)event;
    tally[1]++;
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    tally = (volatile uint32_t *)hyp_area("tally")->base + 2 * info->partition;
    tally[0]++;
    hyp_on_event(HYP_EVENT_SHUTDOWN, on_shutdown);
    hyp_events_enable();
    hyp_mode_set(HYP_MODE_NORMAL);
    for (;;)
        hyp_yield();
}
