/* The registers of a 16550 and their meaning. Knows nothing of what is sent. */
#include "serial.h"
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
#define FIFO_ENABLED 0xc0
#define MODEM_DTR_RTS 0x03
#define STATUS_DATA 0x01
#define STATUS_OVERRUN 0x02
#define STATUS_PARITY 0x04
#define STATUS_FRAMING 0x08
#define STATUS_BREAK 0x10
#define STATUS_EMPTY 0x20
#define STATUS_IDLE 0x40

/* At 1200 baud a FIFO takes 133 ms and a poll of the bus about a microsecond. */
#define POLLS 200000

uint32_t serial_read(const struct serial *serial, uint32_t place)
{
    uint64_t at = serial->base + ((uint64_t)place << serial->shift);
    return serial->in_memory ? *(volatile uint32_t *)at & 0xff : port_read((uint16_t)at);
}

void serial_write(const struct serial *serial, uint32_t place, uint32_t value)
{
    uint64_t at = serial->base + ((uint64_t)place << serial->shift);
    if (serial->in_memory)
        *(volatile uint32_t *)at = value;
    else
        port_write((uint16_t)at, (uint8_t)value);
}

void serial_init(struct serial *serial, uint32_t divisor)
{
    serial_write(serial, INTERRUPTS, 0);
    serial_write(serial, LINE, LINE_DIVISOR | LINE_8N1);
    serial_write(serial, DATA, divisor & 0xff);
    serial_write(serial, INTERRUPTS, divisor >> 8);
    serial_write(serial, LINE, LINE_8N1);
    serial_write(serial, FIFO, FIFO_ENABLE_CLEAR);
    serial_write(serial, MODEM, MODEM_DTR_RTS);
    serial->depth = (serial_read(serial, FIFO) & FIFO_ENABLED) == FIFO_ENABLED ? 16 : 1;
    serial->room = 0;
    (void)serial_read(serial, LINE_STATUS);
    (void)serial_read(serial, DATA);
}

int serial_is_there(const struct serial *serial)
{
    uint32_t before = serial_read(serial, SCRATCH), found = 1;
    for (uint32_t pattern = 0x55; pattern <= 0xaa; pattern += 0x55) {
        serial_write(serial, SCRATCH, pattern);
        found &= serial_read(serial, SCRATCH) == pattern;
    }
    serial_write(serial, SCRATCH, before);
    return found && serial_read(serial, LINE_STATUS) != 0xff;
}

static void wait_for(struct serial *serial, uint32_t status)
{
    for (uint32_t n = 0; n < POLLS; n++)
        if (serial_read(serial, LINE_STATUS) & status)
            return;
}

/* A line that never empties loses bytes rather than stopping the program. Reading the status clears error flags of a byte that
   waits, so while more than this is sent, input that is broken counts as good: a checksum has to find it. */
void serial_put(struct serial *serial, uint8_t byte)
{
    if (serial->room == 0) {
        wait_for(serial, STATUS_EMPTY);
        serial->room = serial->depth;
    }
    serial_write(serial, DATA, byte);
    serial->room--;
}

void serial_drain(struct serial *serial)
{
    wait_for(serial, STATUS_IDLE);
    serial->room = 0;
}

uint32_t serial_get(struct serial *serial)
{
    uint32_t status = serial_read(serial, LINE_STATUS);
    if (!(status & STATUS_DATA) || status == 0xff)      /* all ones: nothing is there */
        return SERIAL_NOTHING;
    uint32_t found = serial_read(serial, DATA);
    found |= status & STATUS_OVERRUN ? SERIAL_OVERRUN : 0;
    found |= status & STATUS_BREAK ? SERIAL_BREAK : 0;
    found |= status & (STATUS_PARITY | STATUS_FRAMING) ? SERIAL_BROKEN : 0;
    return found;
}
