/* 16550s: initialised fully, written by one core, paced by the declared baud rate. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

struct uart {
    uint32_t base, depth;
    uint32_t given;                         /* bytes since the FIFO was seen empty */
    uint32_t errors;                        /* bytes that came damaged, or not at all because the FIFO was full */
    uint32_t broken;                        /* nonzero: there was a break condition */
    uint64_t byte_ticks;                    /* of the line, for one byte */
    uint64_t line_free;                     /* TSC when the line will have sent what it was given */
};

void uart_init(struct uart *uart, uint32_t port, uint32_t divisor, uint32_t fifo);
void uart_write(struct uart *uart, char byte);      /* waits for the line, for at most a fixed number of polls */

int uart_take(struct uart *uart);                   /* a byte that has come, or -1 */

/* Sending in idle time: `uart_give` only after `uart_ready`, which asks the model of the line and then the device. */
void uart_pace(struct uart *uart, uint64_t byte_ticks);
int uart_ready(struct uart *uart, uint64_t now, int by_clock);  /* `by_clock`: once a FIFO may be filled up without looking */
void uart_give(struct uart *uart, char byte, uint64_t now);
uint64_t uart_wake(const struct uart *uart, uint64_t now);      /* TSC: when to offer more */

#endif
