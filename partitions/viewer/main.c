/*
 * A viewer: waits for the event that a picture is whole, and looks at it where it is. It cannot write there.
 *
 * In the plan: the shared area `picture` to read, an event `picture_ready` to this partition.
 */
#include <hyp.h>

#define PICTURES 5

void partition_main(void)
{
    const hyp_area_t *area = hyp_area("picture");
    hyp_event_t ready = hyp_event("picture_ready");
    const volatile uint32_t *pixels = (const volatile uint32_t *)area->base;
    unsigned torn = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_printf("%s: %llu bytes, %s\n", area->name, (unsigned long long)area->size, area->access & HYP_ACCESS_WRITE ? "writable" : "read-only");
    for (int picture = 0; picture < PICTURES; picture++) {
        hyp_event_wait(1ull << ready, UINT64_MAX);
        uint32_t number = pixels[0];

        for (uint64_t n = 0; n < area->size / sizeof *pixels; n++)
            torn += pixels[n] != number + (uint32_t)n;
        hyp_printf("picture %u: %u pixels wrong\n", (unsigned)number, torn);
    }
    hyp_verdict(torn == 0, torn == 0 ? "every picture whole" : "a picture was torn");
}
