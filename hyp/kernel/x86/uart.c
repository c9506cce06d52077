/*
 * 16550 UART (National Semiconductor PC16550D). Owns the console's registers and what its transmit FIFO still takes.
 * Only the core that drains the console calls it.
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
#define STATUS_EMPTY 0x20

/* At 1200 baud a byte takes 8 ms and a poll of the bus about a microsecond. */
#define POLLS 20000

static uint16_t base;
static uint32_t depth;
static uint32_t room;

void uart_init(uint32_t port, uint32_t divisor, uint32_t fifo)
{
    base = (uint16_t)port;
    depth = fifo ? fifo : 1;
    room = 0;
    port_write((uint16_t)(base + INTERRUPTS), 0);
    port_write((uint16_t)(base + LINE), LINE_DIVISOR);
    port_write((uint16_t)(base + DATA), (uint8_t)divisor);
    port_write((uint16_t)(base + INTERRUPTS), (uint8_t)(divisor >> 8));
    port_write((uint16_t)(base + LINE), LINE_8N1);
    port_write((uint16_t)(base + FIFO), FIFO_ENABLE_CLEAR);
    port_write((uint16_t)(base + MODEM), MODEM_DTR_RTS);
    port_write((uint16_t)(base + SCRATCH), 0);
    (void)port_read((uint16_t)(base + LINE_STATUS));
    (void)port_read((uint16_t)(base + DATA));
}

int uart_ready(void)
{
    if (room == 0 && (port_read((uint16_t)(base + LINE_STATUS)) & STATUS_EMPTY))
        room = depth;
    return room != 0;
}

void uart_give(char byte)
{
    port_write((uint16_t)(base + DATA), (uint8_t)byte);
    room--;
}

void uart_write(char byte)
{
    for (uint32_t n = 0; n < POLLS && !uart_ready(); n++)
        __asm__ volatile("pause");
    room = room ? room : 1;             /* a line that never empties loses bytes rather than stopping the kernel */
    uart_give(byte);
}
