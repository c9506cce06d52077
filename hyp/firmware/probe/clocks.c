/* The TSC against every other clock that the machine has, the local APIC's timer, SMIs, and gaps in which the processor was away. */
#include "cpu.h"
#include "probe.h"
#include "report.h"
#include "start.h"

#define PIT_HZ 1193182ull
#define PIT_COUNT 23864u                /* 20.0 ms */
#define PIT_CHANNEL_2 0x42
#define PIT_CONTROL 0x43
#define PIT_CHANNEL_2_MODE_0 0xb0
#define SYSTEM_CONTROL 0x61
#define GATE_MASK 0x03
#define GATE_ON 0x01
#define OUTPUT 0x20
#define PATIENCE (1ull << 31)           /* ticks: no processor of ours is so fast that 20 ms take longer */
#define ROUNDS 3

#define MSR_SMI_COUNT 0x34              /* SDM 4, table 2-2 and later: Intel only */
#define APIC_ENABLED 0x800ull
#define APIC_X2 0x400ull
#define APIC_PAGE 0xffffff000ull
#define APIC_TIMER_LVT 0x320
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0
#define APIC_SPURIOUS 0xf0
#define APIC_MASKED 0x10000
#define APIC_BY_1 0xb

#define PM_HZ 3579545ull                /* ACPI 6.4, 4.8.2.1 */
#define PM_MASK 0xffffffu               /* every one has 24 bits */
#define FS_PER_S 1000000000000000ull
#define HPET_PERIOD 4
#define HPET_CONFIGURATION 0x10
#define HPET_COUNTER 0xf0
#define HPET_ON 1u

struct machine machine;

static volatile uint32_t *apic;

static uint32_t apic_count(void)
{
    return apic ? apic[APIC_TIMER_CURRENT / 4] : 0;
}

static void apic_find(void)
{
    uint64_t base = 0;
    int there = machine.has_apic && msr_try(MSR_APIC_BASE, &base);
    report_line("apic");
    report_hex("base", base & APIC_PAGE);
    report_word("mode", !there || !(base & APIC_ENABLED) ? "off" : base & APIC_X2 ? "x2apic" : "xapic");
    if (!there || base & APIC_X2)
        return;
    cpu_write(MSR_APIC_BASE, base | APIC_ENABLED);
    apic = (volatile uint32_t *)(base & APIC_PAGE);
    apic[APIC_SPURIOUS / 4] |= 0x100;
    apic[APIC_TIMER_LVT / 4] = APIC_MASKED | VECTOR_OWN;
    apic[APIC_TIMER_DIVIDE / 4] = APIC_BY_1;
}

/* Nonzero when the count went by; both ends run the same instructions, so that their distance cancels. */
static int pit_measure(uint64_t *ticks, uint32_t *counts)
{
    uint8_t control = (uint8_t)(port_read(SYSTEM_CONTROL) & ~GATE_MASK);
    port_write(SYSTEM_CONTROL, control);
    port_write(PIT_CONTROL, PIT_CHANNEL_2_MODE_0);
    port_write(PIT_CHANNEL_2, PIT_COUNT & 0xff);
    port_write(SYSTEM_CONTROL, control | GATE_ON);
    port_write(PIT_CHANNEL_2, PIT_COUNT >> 8);          /* the count starts with its second byte */
    uint64_t from = cpu_tsc();
    uint32_t count = apic_count();
    while (cpu_tsc() - from < PATIENCE)
        if (port_read(SYSTEM_CONTROL) & OUTPUT) {
            *ticks = cpu_tsc() - from;
            *counts = count - apic_count();
            return *ticks > PIT_COUNT;                  /* an output that is always set ends at once */
        }
    return 0;
}

static void pit_report(void)
{
    uint64_t low = UINT64_MAX, high = 0, sum = 0;
    uint32_t counts = 0, good = 0;
    for (uint32_t n = 0; n < ROUNDS; n++) {
        uint64_t ticks = 0;
        if (apic)
            apic[APIC_TIMER_INITIAL / 4] = UINT32_MAX;
        if (!pit_measure(&ticks, &counts))
            continue;
        low = ticks < low ? ticks : low;
        high = ticks > high ? ticks : high;
        sum += ticks;
        good++;
    }
    if (apic)
        apic[APIC_TIMER_INITIAL / 4] = 0;
    report_line("clock");
    report_word("source", "pit");
    report_number("works", good == ROUNDS);
    if (!good)
        return;
    machine.tsc_hz = sum / good * PIT_HZ / PIT_COUNT;
    report_number("hz", machine.tsc_hz);
    report_number("low_hz", low * PIT_HZ / PIT_COUNT);
    report_number("high_hz", high * PIT_HZ / PIT_COUNT);
    report_number("span_ns", PIT_COUNT * 1000000000ull / PIT_HZ);
    report_line("lapic_timer");
    report_number("hz", counts * PIT_HZ / PIT_COUNT);
}

static inline uint32_t pm_read(void)
{
    uint32_t value = 0;
    if (machine.pm_timer_port)
        __asm__ volatile("inl %1, %0" : "=a"(value) : "d"((uint16_t)machine.pm_timer_port));
    return value & PM_MASK;
}

static uint32_t hpet_read(void)
{
    return machine.hpet ? *(volatile uint32_t *)(machine.hpet + HPET_COUNTER) : 0;
}

static void hpet_start(void)
{
    if (machine.hpet)
        *(volatile uint32_t *)(machine.hpet + HPET_CONFIGURATION) |= HPET_ON;
}

static void compared(const char *source, uint64_t ticks, uint64_t hz)
{
    report_line("clock");
    report_word("source", source);
    report_number("works", hz != 0);
    report_number("hz", hz);
    report_number("span_ns", ps_of(ticks) / 1000);
}

struct gaps {
    uint64_t least, longest, over_1_us, over_10_us, over_100_us, reads;
};

/* Reads the TSC without a pause: what lies between two reads is the loop, or something that took the processor away. */
static struct gaps gaps_watch(uint64_t span)
{
    struct gaps gaps = {.least = UINT64_MAX};
    uint64_t us = machine.tsc_hz / 1000000, from = cpu_tsc(), last = from;
    while (last - from < span) {
        uint64_t now = cpu_tsc(), gap = now - last;
        last = now;
        gaps.reads++;
        gaps.least = gap < gaps.least ? gap : gaps.least;
        if (gap <= gaps.longest && gap < us)
            continue;
        gaps.longest = gap > gaps.longest ? gap : gaps.longest;
        gaps.over_1_us += gap >= us;
        gaps.over_10_us += gap >= 10 * us;
        gaps.over_100_us += gap >= 100 * us;
    }
    return gaps;
}

/* The frequency by HPET or PM timer: counts of a known rate, over the same time as ticks. */
static void watch(uint64_t watch_ms)
{
    uint64_t smi = 0, smi_after = 0;
    machine.has_smi_count = msr_try(MSR_SMI_COUNT, &smi);
    hpet_start();
    (void)gaps_watch(0);                /* its code is in the caches, then */
    uint64_t hpet_tsc = cpu_tsc();
    uint32_t hpet = hpet_read();
    uint64_t pm_tsc = cpu_tsc();
    uint32_t pm = pm_read();
    struct gaps gaps = gaps_watch(machine.tsc_hz * watch_ms / 1000);
    uint64_t hpet_ticks = cpu_tsc() - hpet_tsc;
    uint32_t hpet_counts = hpet_read() - hpet;
    uint64_t pm_ticks = cpu_tsc() - pm_tsc;
    uint32_t pm_counts = (pm_read() - pm) & PM_MASK;

    uint64_t period = machine.hpet ? *(volatile uint32_t *)(machine.hpet + HPET_PERIOD) : 0;
    if (period)
        compared("hpet", hpet_ticks, hpet_counts ? ratio(hpet_ticks, FS_PER_S, hpet_counts * period) : 0);
    if (machine.pm_timer_port && watch_ms < 4000)       /* it wraps after 4.7 s */
        compared("pm_timer", pm_ticks, pm_counts ? ratio(pm_ticks, PM_HZ, pm_counts) : 0);
    report_line("gaps");
    report_number("watched_ms", watch_ms);
    report_number("reads", gaps.reads);
    report_number("least_ps", ps_of(gaps.least));
    report_number("longest_ns", ps_of(gaps.longest) / 1000);
    report_number("over_1_us", gaps.over_1_us);
    report_number("over_10_us", gaps.over_10_us);
    report_number("over_100_us", gaps.over_100_us);
    report_line("smi");
    report_number("counted", (uint64_t)machine.has_smi_count);
    if (machine.has_smi_count && msr_try(MSR_SMI_COUNT, &smi_after)) {
        report_number("since_reset", smi_after);
        report_number("while_watching", smi_after - smi);
    }
}

void clocks_report(uint64_t watch_ms)
{
    apic_find();
    pit_report();
    if (machine.tsc_hz)
        watch(watch_ms);
}
