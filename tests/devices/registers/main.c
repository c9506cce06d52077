/* Finds the HPET's registers in the area that `args` names, and sees its counter count (IA-PC HPET 1.0a, 2.3). */
#include <hyp.h>

#define PERIOD 1     /* words of 32 bits: femtoseconds of a count */
#define SETTINGS 4
#define ENABLED 1u
#define COUNTER 60
#define WAIT_NS 10000u

void partition_main(void)
{
    const hyp_area_t *area = hyp_area(hyp_info()->args);

    if (area == NULL) {
        hyp_verdict(0, "no such area");
        return;
    }
    volatile uint32_t *hpet = (volatile uint32_t *)(uintptr_t)area->base;
    hpet[SETTINGS] |= ENABLED;
    uint32_t from = hpet[COUNTER];
    hyp_time_t until = hyp_time() + WAIT_NS;
    while (hyp_time() < until)
        continue;
    uint64_t ns = (uint64_t)(hpet[COUNTER] - from) * hpet[PERIOD] / 1000000;
    hyp_verdict(ns >= WAIT_NS && ns < WAIT_NS + 1000, "counts");
    for (;;)
        hyp_yield();
}
