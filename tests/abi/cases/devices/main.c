/* The calls of group `devices`, with a UART whose empty transmitter interrupts whenever it is asked to. */
#include "../case.h"

#include <hyp_io.h>

#define UART 0x3e8
#define ENABLE (UART + 1)
#define ON_ROOM 2

static volatile int handled;

static void on_uart(hyp_event_t event)
{
    (void)event;
    handled++; /* the cause stays, and so does the line */
}

static void interrupt(void)
{
    hyp_out8(ENABLE, 0);
    hyp_out8(ENABLE, ON_ROOM);
}

void partition_main(void)
{
    hyp_event_t uart = hyp_event("com3");

    CASE(irq_ack, INVALID_PARAM, "not the event of a device of the caller's", hyp_irq_ack(HYP_EVENT_TIMER));
    CASE(irq_ack, INVALID_PARAM, "not the event of a device of the caller's", hyp_irq_ack(-1));
    CASE(irq_ack, NO_ACTION, "no interrupt waits for it", hyp_irq_ack(uart));
    CASE(irq_mask, INVALID_PARAM, "not the event of a device of the caller's, or neither 0 nor 1", hyp_irq_mask(HYP_EVENT_TIMER, 1));
    CASE(irq_mask, INVALID_PARAM, "not the event of a device of the caller's, or neither 0 nor 1", hyp_irq_mask(uart, 2));

    hyp_on_event(uart, on_uart);
    hyp_events_enable();
    interrupt();
    WORKS(irq_ack, handled == 1);
    interrupt();
    WORKS(irq_ack, handled == 1); /* closed until it is acknowledged */
    WORKS(irq_ack, hyp_irq_ack(uart) == HYP_OK && handled == 2);
    hyp_out8(ENABLE, 0);
    WORKS(irq_ack, hyp_irq_ack(uart) == HYP_OK && handled == 2 && hyp_irq_ack(uart) == HYP_NO_ACTION);

    WORKS(irq_mask, hyp_irq_mask(uart, 1) == HYP_OK);
    interrupt();
    hyp_yield(); /* a new window does not open it */
    WORKS(irq_mask, handled == 2);
    WORKS(irq_mask, hyp_irq_mask(uart, 0) == HYP_OK && handled == 3);
    WORKS(irq_mask, hyp_irq_mask(uart, 1) == HYP_OK && hyp_irq_ack(uart) == HYP_OK && handled == 3);
    hyp_out8(ENABLE, 0);

    /* Asleep, it is woken by the interrupt that it waits for, in the same window. */
    hyp_events_disable();
    hyp_irq_mask(uart, 0);
    interrupt();
    hyp_time_t before = hyp_time();
    WORKS(irq_ack, hyp_event_wait(1ull << uart, before + 100000000) == 1ll << uart && hyp_time() < before + 10000);
    hyp_out8(ENABLE, 0);
    case_end();
}
