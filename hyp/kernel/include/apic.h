/* The local APIC's timer and end of interrupt; legacy controllers and IOAPIC masked. */
#ifndef APIC_H
#define APIC_H

#include "core.h"

#define APIC_EOI 0xb0
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390

/* Instructions from the look at the clock in timer_arm to the store that starts the count, that included. */
#define ARM_TICKS 8

static inline void apic_write(uint32_t reg, uint32_t value)
{
    *(volatile uint32_t *)(LAPIC_BASE + reg) = value;
}

static inline uint32_t apic_read(uint32_t reg)
{
    return *(volatile uint32_t *)(LAPIC_BASE + reg);
}

static inline void apic_end_of_interrupt(void)
{
    apic_write(APIC_EOI, 0);
}

/* One shot at an absolute TSC instant; at once when it has passed. The counter's 32 bits may end before it: that
 * expiry counts as spurious and the timer is armed again. */
static inline void timer_arm(struct core *core, uint64_t at)
{
    core->timer_at = at;
    if (core->timer_scale == 0) {
        cpu_write(MSR_TSC_DEADLINE, at);
        return;
    }
    int64_t left = ticks_until(at, cpu_tsc()) - ARM_TICKS;
    uint64_t count = left > 0 ? scale((uint64_t)left, core->timer_scale) : 0;
    count = count < UINT32_MAX ? count : UINT32_MAX;
    apic_write(APIC_TIMER_INITIAL, (uint32_t)count | (count == 0));
}

void controllers_mask(void);                    /* 8259s and the IOAPIC at its usual place */
int apic_init(int deadline_mode);               /* 0, or nonzero when the APIC is not where the plan maps it */

#endif
