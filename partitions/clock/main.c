/*
 * A driver for the PC's real-time clock: date and time, and its periodic interrupt as a second opinion on the kernel's clock.
 * The chip holds its line until register C is read; between two windows all its ticks are one interrupt.
 * Source: Motorola MC146818A, registers A to C.
 *
 * In the plan: `devices: [rtc]`, at I/O ports 0x70 and 0x71.
 */
#include <hyp.h>
#include <hyp_io.h>

#define INDEX 0x70
#define VALUE 0x71

#define SECONDS 0
#define MINUTES 2
#define HOURS 4
#define DAY 7
#define MONTH 8
#define YEAR 9
#define RATE 10
#define CONTROL 11
#define CAUSE 12

#define RATE_UPDATING 0x80
#define RATE_32768_HZ 0x20      /* the crystal */
#define RATE_1024_HZ 0x06
#define CONTROL_PERIODIC 0x40
#define CONTROL_ALL 0x70        /* periodic, alarm, update */
#define CAUSE_PERIODIC 0x40

#define TICK_NS 976562u         /* 1 s / 1024, cut */
#define RESERVE_NS 20000u       /* of a window, for a line of text */
#define SLACK_NS 2000u          /* an upcall, a read of the port */
#define WINDOWS 20

static volatile unsigned ticks;
static volatile hyp_time_t tick_at;
static volatile hyp_time_t shortest = UINT64_MAX;
static volatile hyp_time_t longest;

static uint8_t rtc_read(uint8_t reg)
{
    hyp_out8(INDEX, reg);
    return hyp_in8(VALUE);
}

static void rtc_write(uint8_t reg, uint8_t value)
{
    hyp_out8(INDEX, reg);
    hyp_out8(VALUE, value);
}

static unsigned decimal(uint8_t reg)
{
    uint8_t bcd = rtc_read(reg);

    return (bcd >> 4) * 10u + (bcd & 15u);
}

static void on_tick(hyp_event_t event)
{
    hyp_time_t now = hyp_time();

    if (rtc_read(CAUSE) & CAUSE_PERIODIC) {
        if (ticks > 1) { /* the first of a window may have waited for it */
            hyp_time_t apart = now - tick_at;

            shortest = apart < shortest ? apart : shortest;
            longest = apart > longest ? apart : longest;
        }
        ticks++;
        tick_at = now;
    }
    hyp_irq_ack(event);
}

void partition_main(void)
{
    while (rtc_read(RATE) & RATE_UPDATING)
        continue;
    hyp_printf("20%02u-%02u-%02u %02u:%02u:%02u\n", decimal(YEAR), decimal(MONTH), decimal(DAY), decimal(HOURS), decimal(MINUTES),
               decimal(SECONDS));
    hyp_on_event(hyp_event("rtc"), on_tick);
    rtc_write(RATE, RATE_32768_HZ | RATE_1024_HZ);
    rtc_write(CONTROL, (rtc_read(CONTROL) & (uint8_t)~CONTROL_ALL) | CONTROL_PERIODIC);
    rtc_read(CAUSE);
    hyp_mode_set(HYP_MODE_NORMAL);
    for (unsigned window = 0; window < WINDOWS; window++) {
        hyp_yield();
        ticks = 0;
        hyp_events_enable(); /* a tick that waited since the last window comes now */
        while (hyp_window_left() > RESERVE_NS)
            continue; /* a program would compute here */
        hyp_events_disable();
        hyp_printf("window %u: %u ticks\n", window, ticks);
    }
    hyp_printf("ticks are %llu to %llu ns apart\n", (unsigned long long)shortest, (unsigned long long)longest);
    int good = shortest >= TICK_NS - SLACK_NS && longest <= TICK_NS + SLACK_NS;
    hyp_verdict(good, good ? "ticks keep time with the kernel's clock" : "ticks are off the kernel's clock");
    rtc_write(CONTROL, rtc_read(CONTROL) & (uint8_t)~CONTROL_ALL);
    for (;;)
        hyp_yield();
}
