/*
 * 16550 UARTs (National Semiconductor PC16550D): their registers, what a transmit FIFO still takes, and when the line is free.
 * Only the core that drains a UART calls these for it.
 */
#include "uart.h"
#include "cpu.h"

#define DATA 0
#define INTERRUPTS 1
#define FIFO 2
#define LINE 3
#define MODEM 4
#define LINE_STATUS 5
#define SCRATCH 7

#define LINE_8N1 0x03
#define LINE_DIVISOR 0x80
#define FIFO_ENABLE_CLEAR 0x07
#define MODEM_DTR_RTS 0x03
#define MODEM_OUT2 0x08             /* on PCs it opens the way to the interrupt line */
#define INTERRUPT_RECEIVED 0x01
#define STATUS_RECEIVED 0x01
#define STATUS_ERRORS 0x0e          /* overrun, parity, framing */
#define STATUS_BREAK 0x10
#define STATUS_EMPTY 0x20

/* At 1200 baud a byte takes 8 ms and a poll of the bus about a microsecond. */
#define POLLS 20000

static void set(const struct uart *uart, uint32_t place, uint32_t value)
{
    port_write((uint16_t)(uart->base + place), (uint8_t)value);
}

static uint8_t get(const struct uart *uart, uint32_t place)
{
    return port_read((uint16_t)(uart->base + place));
}

void uart_init(struct uart *uart, uint32_t port, uint32_t divisor, uint32_t fifo)
{
    uart->base = port;
    uart->depth = fifo ? fifo : 1;
    uart->given = uart->depth;
    set(uart, INTERRUPTS, 0);
    set(uart, LINE, LINE_DIVISOR);
    set(uart, DATA, divisor);
    set(uart, INTERRUPTS, divisor >> 8);
    set(uart, LINE, LINE_8N1);
    set(uart, FIFO, FIFO_ENABLE_CLEAR);
    set(uart, MODEM, MODEM_DTR_RTS | MODEM_OUT2);
    set(uart, INTERRUPTS, INTERRUPT_RECEIVED);      /* whoever wants it opens the line */
    set(uart, SCRATCH, 0);
    (void)get(uart, LINE_STATUS);
    (void)get(uart, DATA);
}

/* Errors of what was received, and a break, are told once, to whoever looks at the status first. */
static uint32_t line_status(struct uart *uart)
{
    uint32_t status = get(uart, LINE_STATUS);
    uart->errors += (status & STATUS_ERRORS) != 0;
    uart->broken |= status & STATUS_BREAK;
    return status;
}

static int has_room(struct uart *uart)
{
    if (uart->given >= uart->depth && (line_status(uart) & STATUS_EMPTY))
        uart->given = 0;
    return uart->given < uart->depth;
}

static void send(struct uart *uart, char byte)
{
    set(uart, DATA, (uint8_t)byte);
    uart->given++;
}

int uart_take(struct uart *uart)
{
    return line_status(uart) & STATUS_RECEIVED ? get(uart, DATA) : -1;
}

void uart_write(struct uart *uart, char byte)
{
    for (uint32_t n = 0; n < POLLS && !has_room(uart); n++)
        __asm__ volatile("pause");
    uart_give(uart, byte, cpu_tsc());
}

/* ---- Pacing. The model of the line keeps emulators, whose UARTs send at once, to the declared rate. */

void uart_pace(struct uart *uart, uint64_t byte_ticks)
{
    uart->byte_ticks = byte_ticks;
    uart->line_free = cpu_tsc() + uart->depth * byte_ticks;     /* its FIFO may still hold what was printed before */
}

/* A 16550 says only that its FIFO is empty. How full it is else follows from the clock: for one FIFO's worth of bytes two clocks that
 * differ by a few percent agree to less than the byte that is left out. */
int uart_ready(struct uart *uart, uint64_t now, int by_clock)
{
    int64_t left = (int64_t)(uart->line_free - now), fifo = (int64_t)(uart->depth * uart->byte_ticks);
    if (left <= fifo - (int64_t)uart->byte_ticks && has_room(uart))
        return 1;
    return by_clock && left <= fifo - 2 * (int64_t)uart->byte_ticks && uart->given < 2 * uart->depth - 2;
}

void uart_give(struct uart *uart, char byte, uint64_t now)
{
    send(uart, byte);
    uart->line_free = ((int64_t)(uart->line_free - now) > 0 ? uart->line_free : now) + uart->byte_ticks;
}

/* As the FIFO runs low, or a byte later when the UART itself is slower than the model. */
uint64_t uart_wake(const struct uart *uart, uint64_t now)
{
    uint64_t low = uart->line_free - uart->depth / 4 * uart->byte_ticks, soon = now + uart->byte_ticks;
    return (int64_t)(low - soon) > 0 ? low : soon;
}
