/* A gate's server that owns the clock, and who calls it all the time. `args`: `serve`, which notes when each interrupt came, or `call`. */
#include <hyp.h>
#include <hyp_io.h>

#define RTC_INDEX 0x70
#define RTC_VALUE 0x71
#define RTC_RATE 10
#define RTC_CONTROL 11
#define RTC_CAUSE 12
#define RTC_8192_HZ 0x23
#define RTC_PERIODIC 0x40

static struct log {
    uint64_t count;
    uint64_t requests;
    struct {
        uint64_t at;            /* ns */
        uint64_t waited;        /* ns since the server did anything, the instant before */
    } came[];
} *seen;

static volatile uint64_t alive;

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

static void on_rtc(hyp_event_t event)
{
    seen->came[seen->count].at = hyp_time();
    seen->came[seen->count].waited = seen->came[seen->count].at - alive;
    seen->count++;
    rtc_read(RTC_CAUSE);
    hyp_irq_ack(event);
}

static void serve(int caller, uint64_t words[6])
{
    (void)caller;
    seen->requests++;
    for (uint64_t n = 0; n < words[0]; n++)
        alive = hyp_time();
    words[0]++;
}

void partition_main(void)
{
    uint64_t words[6] = {40};
    if (hyp_info()->args[0] == 'c')
        for (;;) {
            hyp_gate_call(hyp_gate("call"), words);
            words[0] = 20 + words[0] % 30;
        }
    seen = (struct log *)hyp_area("seen")->base;
    hyp_on_event(hyp_event("rtc"), on_rtc);
    rtc_write(RTC_RATE, RTC_8192_HZ);
    rtc_write(RTC_CONTROL, (uint8_t)(rtc_read(RTC_CONTROL) | RTC_PERIODIC));
    rtc_read(RTC_CAUSE);
    hyp_events_enable();
    hyp_gate_serve(serve);
}
