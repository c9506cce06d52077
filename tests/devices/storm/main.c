/*
 * Owner of com3 and rtc that has them interrupt as often as they can. `args` says how; `idle` only computes. The first two loops
 * have lengths in instructions that share no factor with the window's, so that its end meets them everywhere.
 */
#include <hyp.h>
#include <hyp_io.h>

#define UART 0x3e8
#define UART_ENABLE (UART + 1)
#define UART_ON_ROOM 0x02
#define RTC_INDEX 0x70
#define RTC_VALUE 0x71
#define RTC_RATE 10
#define RTC_CONTROL 11
#define RTC_CAUSE 12
#define RTC_8192_HZ 0x23
#define RTC_PERIODIC 0x40

static volatile unsigned count;

static int says(const char *word)
{
    const char *args = hyp_info()->args;

    while (*word != '\0' && *args == *word) {
        args++;
        word++;
    }
    return *args == *word;
}

static uint8_t rtc_read(uint8_t reg)
{
    hyp_out8(RTC_INDEX, reg);
    return hyp_in8(RTC_VALUE);
}

static void rtc_write(uint8_t reg, uint8_t value)
{
    hyp_out8(RTC_INDEX, reg);
    hyp_out8(RTC_VALUE, value);
}

/* Off and on again is a new interrupt: the transmitter is empty. */
static void uart_interrupt(void)
{
    hyp_out8(UART_ENABLE, 0);
    hyp_out8(UART_ENABLE, UART_ON_ROOM);
}

static void on_uart(hyp_event_t event)
{
    count++;
    uart_interrupt();
    hyp_irq_ack(event);
}

static void on_rtc(hyp_event_t event)
{
    count++;
    rtc_read(RTC_CAUSE);
    hyp_irq_ack(event);
}

static void rtc_start(void)
{
    rtc_write(RTC_RATE, RTC_8192_HZ);
    rtc_write(RTC_CONTROL, (uint8_t)(rtc_read(RTC_CONTROL) | RTC_PERIODIC));
}

void partition_main(void)
{
    hyp_event_t uart = hyp_event("com3");

    if (says("idle"))
        for (;;)
            __asm__ volatile("nop");
    if (says("never-served")) {
        uart_interrupt();
        rtc_start();
        for (;;)
            __asm__ volatile("nop");
    }
    if (says("acknowledged"))
        for (;;) { /* each acknowledgement opens a line that is held */
            uart_interrupt();
            hyp_irq_ack(uart);
            __asm__ volatile("nop");
        }
    if (says("masked"))
        for (;;) {
            uart_interrupt();
            hyp_irq_mask(uart, 1);
            hyp_irq_mask(uart, 0);
            hyp_irq_ack(uart);
        }
    hyp_on_event(uart, on_uart);
    hyp_on_event(hyp_event("rtc"), on_rtc);
    rtc_start();
    hyp_events_enable();
    if (says("asleep"))
        for (;;) {
            uart_interrupt();
            hyp_idle_until(UINT64_MAX);
        }
    if (says("yields"))
        for (;;) {
            uart_interrupt();
            hyp_yield();
        }
    uart_interrupt(); /* "handled": the handler causes the next one */
    for (;;)
        __asm__ volatile("nop");
}
