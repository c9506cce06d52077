/* The registers, FIFOs and timing of a 16550. Owns no clock and no file. */
#include "uart.h"

#include <string.h>

#define DATA 0
#define INTERRUPTS 1
#define IDENTITY 2
#define LINE 3
#define MODEM 4
#define LINE_STATUS 5
#define MODEM_STATUS 6
#define SCRATCH 7

#define WANTS_RECEIVED 1u
#define WANTS_EMPTY 2u
#define WANTS_ERRORS 4u
#define FIFO_ON 1u
#define LINE_DIVISOR 0x80u
#define LINE_PARITY 8u
#define LINE_STOPS 4u
#define MODEM_OUT2 8u
#define MODEM_LOOP 0x10u
#define STATUS_DATA 1u
#define STATUS_OVERRUN 2u
#define STATUS_FRAMING 8u
#define STATUS_BREAK 0x10u
#define STATUS_EMPTY 0x20u
#define STATUS_IDLE 0x40u

#define IS_NONE 1u
#define IS_ERROR 6u
#define IS_RECEIVED 4u
#define IS_TIMEOUT 12u
#define IS_EMPTY 2u

#define PS_PER_S 1000000000000ull
#define OVERSAMPLING 16u
#define QUIET_BYTES 4u
#define UNDERSTOOD_PERCENT 4u

void uart_init(struct uart *uart, uint64_t clock_hz, uint32_t depth, uart_listener *listener, void *owner)
{
    memset(uart, 0, sizeof *uart);
    uart->clock_hz = clock_hz;
    uart->depth = depth;
    uart->listener = listener;
    uart->owner = owner;
    uart->divisor = 12;         /* what a real one holds at power-on is not defined: neither speed nor frame are what a driver wants */
}

static uint32_t depth_of(const struct uart *uart)
{
    return uart->fifo_control & FIFO_ON ? uart->depth : 1;
}

uint64_t uart_bit_ps(const struct uart *uart)
{
    return (uint64_t)((unsigned __int128)PS_PER_S * OVERSAMPLING * uart->divisor / uart->clock_hz);
}

uint64_t uart_byte_ns(const struct uart *uart)
{
    uint64_t bits = 1 + 5 + (uart->control & 3u) + (uart->control & LINE_PARITY ? 1 : 0) + (uart->control & LINE_STOPS ? 2 : 1);
    return (bits * uart_bit_ps(uart) + 999) / 1000;
}

static void put(struct uart_fifo *fifo, uint16_t byte)
{
    fifo->bytes[(fifo->first + fifo->count++) % UART_DEPTH_MAX] = byte;
}

static uint16_t get(struct uart_fifo *fifo)
{
    uint16_t byte = fifo->bytes[fifo->first % UART_DEPTH_MAX];
    fifo->first++;
    fifo->count--;
    return byte;
}

static void receive(struct uart *uart, uint8_t byte, uint32_t errors, uint64_t at)
{
    if (uart->in.count >= depth_of(uart)) {
        uart->overrun = 1;
        uart->listener(uart->owner, UART_OVERRUN, at, byte, uart_bit_ps(uart));
        return;
    }
    put(&uart->in, (uint16_t)(byte | errors << 8));
    uart->quiet_since = at;
    uart->listener(uart->owner, UART_TAKEN, at, byte, uart_bit_ps(uart));
}

static void send_next(struct uart *uart, uint64_t at)
{
    uart->sending_byte = (uint8_t)get(&uart->out);
    uart->sending = 1;
    uart->sent_at = at + uart_byte_ns(uart);
    uart->empty_pending |= uart->out.count == 0;
}

void uart_advance(struct uart *uart, uint64_t now)
{
    while (uart->sending && uart->sent_at <= now) {
        uint64_t at = uart->sent_at;
        uart->sending = 0;
        if (uart->modem & MODEM_LOOP)
            receive(uart, uart->sending_byte, 0, at);
        else
            uart->listener(uart->owner, UART_SENT, at, uart->sending_byte, uart_bit_ps(uart));
        if (uart->out.count)
            send_next(uart, at);
    }
}

static uint32_t trigger(const struct uart *uart)
{
    static const uint8_t levels[] = {1, 4, 8, 14};
    return uart->fifo_control & FIFO_ON ? levels[uart->fifo_control >> 6] * uart->depth / 16 : 1;
}

static uint64_t quiet_at(const struct uart *uart)
{
    return uart->quiet_since + QUIET_BYTES * uart_byte_ns(uart);
}

static int any_error(const struct uart *uart)
{
    return uart->overrun || (uart->in.count && uart->in.bytes[uart->in.first % UART_DEPTH_MAX] >> 8);
}

static uint8_t identity(const struct uart *uart, uint64_t now)
{
    if (uart->interrupts & WANTS_ERRORS && any_error(uart))
        return IS_ERROR;
    if (uart->interrupts & WANTS_RECEIVED && uart->in.count >= trigger(uart))
        return IS_RECEIVED;
    if (uart->interrupts & WANTS_RECEIVED && uart->in.count && uart->fifo_control & FIFO_ON && now >= quiet_at(uart))
        return IS_TIMEOUT;
    if (uart->interrupts & WANTS_EMPTY && uart->empty_pending)
        return IS_EMPTY;
    return IS_NONE;
}

static uint8_t line_status(struct uart *uart)
{
    uint32_t status = uart->in.count ? STATUS_DATA | uart->in.bytes[uart->in.first % UART_DEPTH_MAX] >> 8 : 0;
    status |= uart->overrun ? STATUS_OVERRUN : 0;
    status |= uart->out.count ? 0 : STATUS_EMPTY;
    status |= uart->out.count || uart->sending ? 0 : STATUS_IDLE;
    uart->overrun = 0;
    if (uart->in.count)
        uart->in.bytes[uart->in.first % UART_DEPTH_MAX] &= 0xff;        /* reported once */
    return (uint8_t)status;
}

uint8_t uart_read(struct uart *uart, uint32_t place, uint64_t now)
{
    uart_advance(uart, now);
    switch (place) {
    case DATA:
        if (uart->control & LINE_DIVISOR)
            return (uint8_t)uart->divisor;
        uart->quiet_since = now;
        return uart->in.count ? (uint8_t)get(&uart->in) : 0;
    case INTERRUPTS:
        return uart->control & LINE_DIVISOR ? (uint8_t)(uart->divisor >> 8) : uart->interrupts;
    case IDENTITY: {
        uint8_t found = identity(uart, now);
        if (found == IS_EMPTY)
            uart->empty_pending = 0;
        return (uint8_t)(found | (uart->fifo_control & FIFO_ON && uart->depth > 1 ? 0xc0 : 0));       /* a 16450 has no FIFO to tell of */
    }
    case LINE: return uart->control;
    case MODEM: return uart->modem;
    case LINE_STATUS: return line_status(uart);
    case MODEM_STATUS: return 0xb0;     /* the other side is there: DCD, DSR, CTS */
    default: return uart->scratch;
    }
}

static void data_written(struct uart *uart, uint8_t value, uint64_t now)
{
    uart->empty_pending = 0;
    if (uart->out.count >= depth_of(uart)) {
        uart->listener(uart->owner, UART_LOST, now, value, uart_bit_ps(uart));
        return;
    }
    put(&uart->out, value);
    if (!uart->sending)
        send_next(uart, now);
}

void uart_write(struct uart *uart, uint32_t place, uint8_t value, uint64_t now)
{
    uart_advance(uart, now);
    switch (place) {
    case DATA:
        if (uart->control & LINE_DIVISOR)
            uart->divisor = (uart->divisor & 0xff00) | value;
        else
            data_written(uart, value, now);
        break;
    case INTERRUPTS:
        if (uart->control & LINE_DIVISOR) {
            uart->divisor = (uart->divisor & 0xff) | (uint32_t)value << 8;
            break;
        }
        if (~uart->interrupts & value & WANTS_EMPTY && uart->out.count == 0)
            uart->empty_pending = 1;
        uart->interrupts = value & 0x0f;
        break;
    case IDENTITY:
        if (((uart->fifo_control ^ value) & FIFO_ON) || value & 2)
            uart->in.count = 0;
        if (((uart->fifo_control ^ value) & FIFO_ON) || value & 4)
            uart->out.count = 0;
        uart->fifo_control = value;
        break;
    case LINE: uart->control = value; break;
    case MODEM: uart->modem = value & 0x1f; break;
    case SCRATCH: uart->scratch = value; break;
    default: break;
    }
}

void uart_arrive(struct uart *uart, uint8_t byte, uint64_t bit_ps, uint64_t now)
{
    uart_advance(uart, now);
    uint64_t own = uart_bit_ps(uart), apart = own > bit_ps ? own - bit_ps : bit_ps - own;
    int understood = apart * 100 <= own * UNDERSTOOD_PERCENT && (uart->control & 3) == 3;
    if (uart->modem & MODEM_LOOP)
        return;
    if (understood)
        receive(uart, byte, 0, now);
    else
        receive(uart, (uint8_t)(byte ^ 0xa5), STATUS_FRAMING, now);
}

void uart_break(struct uart *uart, uint64_t now)
{
    uart_advance(uart, now);
    receive(uart, 0, STATUS_BREAK | STATUS_FRAMING, now);
}

int uart_line(const struct uart *uart, uint64_t now)
{
    return uart->modem & MODEM_OUT2 && identity(uart, now) != IS_NONE;
}

uint64_t uart_next(const struct uart *uart, uint64_t now)
{
    uint64_t next = uart->sending ? uart->sent_at : UART_NEVER;
    if (uart->interrupts & WANTS_RECEIVED && uart->in.count && uart->fifo_control & FIFO_ON && now < quiet_at(uart))
        next = quiet_at(uart) < next ? quiet_at(uart) : next;
    return next;
}
