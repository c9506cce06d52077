/* A 16550 UART (National Semiconductor PC16550D), polled: by I/O ports or in memory. Every wait has an end. */
#ifndef SERIAL_H
#define SERIAL_H

#include <stdint.h>

#define SERIAL_CLOCK 1843200u           /* Hz; a PC's */

struct serial {
    uint64_t base;
    uint32_t shift;                     /* registers lie 2^shift bytes apart */
    int in_memory;                      /* registers of 32 bits in memory, else I/O ports of 8 */
    uint32_t room;                      /* bytes that the transmit FIFO still takes for certain */
    uint32_t depth;                     /* 16 where a FIFO answered, else 1 */
};

/* What came with a byte, or instead of one. */
#define SERIAL_NOTHING 0x100u
#define SERIAL_OVERRUN 0x200u           /* bytes before this one were lost */
#define SERIAL_BROKEN 0x400u            /* framing or parity error: the byte is wrong */
#define SERIAL_BREAK 0x800u

/* 8N1, FIFOs on and empty, no interrupts, DTR and RTS on. `divisor`: clock / (16 x baud). */
void serial_init(struct serial *serial, uint32_t divisor);

/* Nonzero when a UART answers there: its scratch register keeps what is written. */
int serial_is_there(const struct serial *serial);

void serial_put(struct serial *serial, uint8_t byte);   /* waits for the line, for at most a fixed number of polls */
uint32_t serial_get(struct serial *serial);             /* never waits: a byte with flags, or SERIAL_NOTHING */
void serial_drain(struct serial *serial);               /* until the last stop bit is out, bounded too */

uint32_t serial_read(const struct serial *serial, uint32_t place);
void serial_write(const struct serial *serial, uint32_t place, uint32_t value);

#endif
