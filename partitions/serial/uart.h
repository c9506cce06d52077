/* A 16550 UART that is driven by its interrupts: a ring to send from, a ring to receive into. */
#ifndef UART_H
#define UART_H

#include <hyp.h>

/* 115200 baud, 8N1, FIFOs on. `event` is the device's interrupt; handlers are set, events are not enabled yet. */
void uart_open(uint16_t base, hyp_event_t event);

/* Bytes taken: fewer than `length` when the ring is full. With events enabled or not. */
size_t uart_write(const char *text, size_t length);

/* The next byte received, or -1. */
int uart_read(void);

/* Whether the UART has nothing left to send. */
int uart_idle(void);

/* Causes of interrupts served, and bytes that came while the ring was full or the UART had no room. */
unsigned uart_served(void);
unsigned uart_lost(void);

#endif
