/*
 * A 16550 UART with its line, in exact time: a byte takes as long as its divisor and frame say, FIFOs hold `depth` bytes, what does not fit
 * is lost and counted (National Semiconductor PC16550D, 8.0 Registers). Knows no emulator: whoever owns the clock gives the instants, in ns.
 */
#ifndef UART_H
#define UART_H

#include <stdint.h>

#define UART_DEPTH_MAX 128
#define UART_NEVER UINT64_MAX

enum uart_event {
    UART_SENT,          /* a byte's stop bit has left; `at` is that instant */
    UART_LOST,          /* a byte was written into a full transmitter */
    UART_TAKEN,         /* a byte arrived and is in the receive FIFO */
    UART_OVERRUN,       /* a byte arrived and the receive FIFO was full */
};

typedef void uart_listener(void *owner, enum uart_event event, uint64_t at, uint8_t byte, uint64_t bit_ps);

struct uart_fifo {
    uint32_t first, count;
    uint16_t bytes[UART_DEPTH_MAX];     /* receive: the error bits of LSR in the high byte */
};

struct uart {
    uint64_t clock_hz;
    uint32_t depth;
    uart_listener *listener;
    void *owner;

    uint8_t interrupts, control, fifo_control, modem, scratch;
    uint32_t divisor;
    struct uart_fifo out, in;
    int sending;
    uint8_t sending_byte;
    uint64_t sent_at;                   /* when the byte in the shift register will have left */
    int empty_pending;                  /* the transmitter's interrupt is waiting */
    int overrun;
    uint64_t quiet_since;               /* last arrival or read: for the receiver's time-out interrupt */
};

/* The listener is called in order of time, from within `uart_advance`. */
void uart_init(struct uart *uart, uint64_t clock_hz, uint32_t depth, uart_listener *listener, void *owner);

uint64_t uart_bit_ps(const struct uart *uart);          /* 0: the divisor is 0 */
uint64_t uart_byte_ns(const struct uart *uart);         /* start, data, parity and stop bits */

/* Everything up to `now` happens. The calls below do it first. */
void uart_advance(struct uart *uart, uint64_t now);
uint8_t uart_read(struct uart *uart, uint32_t place, uint64_t now);
void uart_write(struct uart *uart, uint32_t place, uint8_t value, uint64_t now);

/* The stop bit of a byte has come in; a sender whose bits are more than 4 % longer or shorter is not understood. */
void uart_arrive(struct uart *uart, uint8_t byte, uint64_t bit_ps, uint64_t now);
void uart_break(struct uart *uart, uint64_t now);

int uart_line(const struct uart *uart, uint64_t now);   /* the interrupt line, gated by OUT2 as on a PC */
uint64_t uart_next(const struct uart *uart, uint64_t now);      /* the next instant at which something changes by itself, or UART_NEVER */

#endif
