/*
 * Clock verification: the declared TSC frequency against the PIT (8254, channel 2), and the local APIC timer
 * against the TSC, both over the same quarter of a millisecond.
 */
#include "apic.h"
#include "clock.h"

#define PIT_HZ 1193182ull
#define PIT_COUNT 298u                  /* 249.7 us */
#define PIT_CHANNEL_2 0x42
#define PIT_CONTROL 0x43
#define PIT_CHANNEL_2_MODE_0 0xb0
#define SYSTEM_CONTROL 0x61
#define GATE_ON_SPEAKER_OFF 0x01
#define GATE_MASK 0x03
#define OUTPUT 0x20
/* A poll takes at least four instructions and, on a board, about a microsecond. */
#define POLLS 1000000
#define TSC_SPAN 200000ull
/* What the measurement may be off by: 1/1024, two reads of the bus in a quarter of a millisecond. */
#define MARGIN_SHIFT 10

struct sample {
    uint64_t tsc;
    uint32_t timer;
};

/* Both ends of the measurement run the same instructions between the two reads, so that their distance cancels. */
static __attribute__((noinline)) struct sample sample_take(void)
{
    struct sample sample = {.tsc = cpu_tsc()};
    sample.timer = apic_read(APIC_TIMER_CURRENT);
    return sample;
}

static void pit_start(void)
{
    uint8_t control = (uint8_t)(port_read(SYSTEM_CONTROL) & ~GATE_MASK);
    port_write(SYSTEM_CONTROL, control);
    port_write(PIT_CONTROL, PIT_CHANNEL_2_MODE_0);
    port_write(PIT_CHANNEL_2, PIT_COUNT & 0xff);
    port_write(SYSTEM_CONTROL, control | GATE_ON_SPEAKER_OFF);
    port_write(PIT_CHANNEL_2, PIT_COUNT >> 8);      /* the count starts with its second byte */
}

static int pit_wait(void)
{
    for (uint32_t n = 0; n < POLLS; n++)
        if (port_read(SYSTEM_CONTROL) & OUTPUT)
            return 1;
    return 0;
}

struct clock clock_verify(const struct plan *plan)
{
    struct clock clock = {.tsc_hz = plan->tsc_hz, .within = 1};
    int measured = 0;
    apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
    struct sample from;
    if (plan->tsc_verify == VERIFY_PIT) {
        pit_start();
        from = sample_take();
        measured = pit_wait();
    } else {
        from = sample_take();
        while (cpu_tsc() - from.tsc < TSC_SPAN)
            ;
    }
    struct sample to = sample_take();
    apic_write(APIC_TIMER_INITIAL, 0);

    uint64_t ticks = to.tsc - from.tsc;
    clock.timer_scale = ((uint64_t)(from.timer - to.timer) << 32) / ticks;
    if (clock.timer_scale != 1ull << 32)            /* not the emulator's exact clock: rather early, and armed again, than late */
        clock.timer_scale -= clock.timer_scale >> MARGIN_SHIFT;
    if (plan->tsc_verify == VERIFY_PIT) {
        clock.measured_hz = measured ? ticks * PIT_HZ / PIT_COUNT : 0;
        uint64_t off = clock.measured_hz > clock.tsc_hz ? clock.measured_hz - clock.tsc_hz : clock.tsc_hz - clock.measured_hz;
        clock.within = scale(off, (1ull << 32) * 1000000 / clock.tsc_hz) <= plan->tsc_tolerance_ppm;
    }
    return clock;
}
