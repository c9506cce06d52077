/*
 * A bell: computes all the time, and is interrupted when the button is pressed. The handler runs between any two
 * instructions of the program, so what they share is volatile.
 *
 * In the plan: an event `ring` to this partition.
 */
#include <hyp.h>

#define ENOUGH 5 /* rings */

static volatile unsigned rings;
static volatile hyp_time_t rung_at;

static void on_ring(hyp_event_t event)
{
    (void)event;
    rings++;
    rung_at = hyp_time();
}

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    double sum = 0;
    unsigned seen = 0;

    hyp_on_event(hyp_event("ring"), on_ring);
    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_events_enable();
    for (unsigned n = 0; seen < ENOUGH; n++) {
        sum += 1.0 / (double)((uint64_t)1 << (n % 50)); /* the handler's call must not touch these registers */
        if (rings == seen)
            continue;
        seen++;
        hyp_printf("ring %u, %llu ns after the release\n", seen, (unsigned long long)(rung_at - info->window_start));
    }
    hyp_events_disable();
    hyp_verdict(rings == ENOUGH && sum > 1.0, rings == ENOUGH ? "one upcall per press" : "rings came twice");
}
