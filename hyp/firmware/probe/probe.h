/* What the probe looks at, in the order of the report; and what one part learns that another one needs. */
#ifndef PROBE_H
#define PROBE_H

#include "handover.h"

#include <stdint.h>

#define LOW_4G (1ull << 32)

/* Filled by the parts, read by later ones. */
struct machine {
    uint64_t tsc_hz;                    /* 0: no clock to measure with */
    uint64_t pm_timer_port, hpet;       /* 0: none */
    uint64_t smi_count;
    int has_apic, has_smi_count;
};

extern struct machine machine;

void cpu_report(void);
void memory_report(const struct handover *handover);
void acpi_report(const struct handover *handover);
void pci_report(void);
void uarts_report(void);
void clocks_report(uint64_t watch_ms);
void costs_report(uint64_t uart_port);


/* a * b / c without loss in between; all ones when that is too much, or c is 0. */
static inline uint64_t ratio(uint64_t a, uint64_t b, uint64_t c)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t low = (uint64_t)product, high = (uint64_t)(product >> 64);
    if (high >= c)
        return UINT64_MAX;
    __asm__("divq %2" : "+a"(low), "+d"(high) : "r"(c) : "cc");
    return low;
}

static inline uint64_t ps_of(uint64_t ticks)
{
    return ratio(ticks, 1000000000000ull, machine.tsc_hz);
}

#endif
