/*
 * A button that is pressed in every third window: an event, without a message.
 *
 * In the plan: an event `ring` from this partition.
 */
#include <hyp.h>

#define EVERY 3 /* windows */

void partition_main(void)
{
    hyp_event_t ring = hyp_event("ring");

    hyp_mode_set(HYP_MODE_NORMAL);
    for (unsigned window = 1;; window++) {
        hyp_yield();
        if (window % EVERY == 0) {
            hyp_event_send(ring);
            hyp_event_send(ring); /* an event that is pending already stays one event */
        }
    }
}
