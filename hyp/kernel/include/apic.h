/* The local APIC's timer and end of interrupt; legacy controllers and IOAPIC masked. */
#ifndef APIC_H
#define APIC_H

#include "core.h"
#include "vectors.h"

#define APIC_REQUESTS 0x200           /* vectors that have come and are not served, 32 to a register (SDM 3A 11.8.4) */
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390

/* Class of the task priority while the core does not idle. */
#define PRIORITY_BUSY (VECTOR_CONSOLE >> 4)

/* What one arming takes on the instruction clock: from the look at the clock to the expiry of a count of 0. */
#define ARM_TICKS 17

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

/* Ticks that one count of 32 bits surely holds, for timers of up to four times the TSC's rate. */
#define ARM_LIMIT (UINT32_MAX / 4u)

/* One shot at an absolute TSC instant, `now` just read; at once when it has passed. The counter's 32 bits may end before
 * it: that expiry counts as spurious and the timer is armed again. A count is never 0, which would stop the timer. */
static inline __attribute__((always_inline)) void timer_arm(const struct core *core, uint64_t at, uint64_t now)
{
    if (core->timer_scale == 0) {
        cpu_write(MSR_TSC_DEADLINE, at);
        return;
    }
    uint64_t left = at - now - ARM_TICKS;
    if (left >= ARM_LIMIT)
        left = (int64_t)left < 0 ? 0 : ARM_LIMIT;
    apic_write(APIC_TIMER_INITIAL, (uint32_t)scale(left, core->timer_scale) + 1);
}

/* A line of the IOAPIC: its vector and trigger, masked; then opened and masked. */
void ioapic_route(uint32_t line, uint32_t vector, uint32_t level);
void ioapic_mask(uint32_t line, uint32_t masked);

void controllers_mask(void);                    /* 8259s and the IOAPIC at its usual place */
int apic_init(int deadline_mode);               /* 0, or nonzero when the APIC is not where the plan maps it */

#endif
