/*
 * A camera: writes pictures into a shared area, without a copy by the kernel, and says by an event when one is whole.
 *
 * In the plan: a shared area `picture` to write, an event `picture_ready` from this partition.
 */
#include <hyp.h>

void partition_main(void)
{
    const hyp_area_t *area = hyp_area("picture");
    hyp_event_t ready = hyp_event("picture_ready");
    volatile uint32_t *pixels = (volatile uint32_t *)area->base;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (uint32_t number = 1;; number++) {
        for (uint64_t n = 0; n < area->size / sizeof *pixels; n++)
            pixels[n] = number + (uint32_t)n;
        hyp_event_send(ready);
        hyp_yield();
    }
}
