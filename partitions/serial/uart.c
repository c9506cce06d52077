/*
 * National Semiconductor PC16550D, sections 8.0 to 8.6. The chip holds its interrupt line until the cause is served, so the
 * kernel closes the line at each interrupt and the driver opens it again with hyp_irq_ack.
 *
 * Each ring has one writer and one reader: the program and the interrupt handler.
 */
#include "uart.h"

#include <hyp_io.h>

#define DATA 0
#define INTERRUPTS 1            /* enable */
#define CAUSE 2                 /* read */
#define FIFO 2                  /* write */
#define FORMAT 3
#define MODEM 4
#define LINE 5
#define MODEM_STATUS 6

#define ON_DATA 0x01
#define ON_ROOM 0x02
#define ON_LINE 0x04
#define CAUSE_NONE 0x01
#define CAUSE_MASK 0x0f
#define CAUSE_ROOM 0x02
#define CAUSE_LINE 0x06
#define CAUSE_DATA 0x04
#define CAUSE_TIMEOUT 0x0c      /* bytes below the FIFO's threshold */
#define FIFO_ON_CLEARED 0x07
#define FORMAT_8N1 0x03
#define FORMAT_DIVISOR 0x80
#define MODEM_READY 0x0b        /* DTR, RTS, and OUT2, which lets a PC's UART interrupt */
#define LINE_DATA 0x01
#define LINE_OVERRUN 0x02
#define LINE_EMPTY 0x40
#define FIFO_BYTES 16
#define DIVISOR_115200 1        /* of 1843200 Hz / 16 */

#define RING 1024u              /* a power of two */

struct ring {
    char bytes[RING];
    volatile unsigned written;
    volatile unsigned read;
};

static struct ring to_send;
static struct ring received;
static volatile unsigned served;
static volatile unsigned lost;
static uint16_t port;

static int ring_put(struct ring *ring, char byte)
{
    if (ring->written - ring->read == RING)
        return 0;
    ring->bytes[ring->written % RING] = byte;
    __atomic_store_n(&ring->written, ring->written + 1, __ATOMIC_RELEASE);
    return 1;
}

static int ring_get(struct ring *ring)
{
    if (ring->read == __atomic_load_n(&ring->written, __ATOMIC_ACQUIRE))
        return -1;
    int byte = (unsigned char)ring->bytes[ring->read % RING];
    __atomic_store_n(&ring->read, ring->read + 1, __ATOMIC_RELEASE);
    return byte;
}

/* The transmit FIFO is empty: fill it, and ask for no more room when there is nothing to send. */
static void send(void)
{
    for (int room = FIFO_BYTES; room > 0; room--) {
        int byte = ring_get(&to_send);

        if (byte < 0) {
            hyp_out8(port + INTERRUPTS, ON_DATA | ON_LINE);
            return;
        }
        hyp_out8(port + DATA, (uint8_t)byte);
    }
}

static void receive(void)
{
    while (hyp_in8(port + LINE) & LINE_DATA)
        if (!ring_put(&received, (char)hyp_in8(port + DATA)))
            lost++;
}

static void on_interrupt(hyp_event_t event)
{
    uint8_t cause;

    for (; ((cause = hyp_in8(port + CAUSE)) & CAUSE_NONE) == 0; served++)
        switch (cause & CAUSE_MASK) {
        case CAUSE_ROOM:
            send();
            break;
        case CAUSE_LINE:
            lost += (hyp_in8(port + LINE) & LINE_OVERRUN) != 0;
            break;
        case CAUSE_DATA:
        case CAUSE_TIMEOUT:
            receive();
            break;
        default:
            hyp_in8(port + MODEM_STATUS);
            break;
        }
    hyp_irq_ack(event);
}

void uart_open(uint16_t base, hyp_event_t event)
{
    port = base;
    hyp_out8(port + INTERRUPTS, 0);
    hyp_out8(port + FORMAT, FORMAT_DIVISOR);
    hyp_out8(port + DATA, DIVISOR_115200);
    hyp_out8(port + INTERRUPTS, 0); /* high half of the divisor */
    hyp_out8(port + FORMAT, FORMAT_8N1);
    hyp_out8(port + FIFO, FIFO_ON_CLEARED);
    hyp_out8(port + MODEM, MODEM_READY);
    hyp_on_event(event, on_interrupt);
    hyp_out8(port + INTERRUPTS, ON_DATA | ON_LINE);
}

size_t uart_write(const char *text, size_t length)
{
    size_t taken = 0;

    while (taken < length && ring_put(&to_send, text[taken]))
        taken++;
    /* An empty FIFO interrupts at once when it is asked to; it does not matter whether it was asked before. */
    hyp_out8(port + INTERRUPTS, ON_DATA | ON_LINE | ON_ROOM);
    return taken;
}

int uart_read(void)
{
    return ring_get(&received);
}

int uart_idle(void)
{
    return to_send.read == to_send.written && (hyp_in8(port + LINE) & LINE_EMPTY);
}

unsigned uart_served(void)
{
    return served;
}

unsigned uart_lost(void)
{
    return lost;
}
