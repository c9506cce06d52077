/* Polled: the line is the only thing that happens. */
#include "line.h"

#define DATA 0
#define LINE_STATUS 5
#define STATUS_DATA 0x01u
#define STATUS_OVERRUN 0x02u
#define STATUS_DAMAGED 0x0cu
#define STATUS_BREAK 0x10u
#define STATUS_EMPTY 0x20u
#define NOTHING_THERE 0xffu
#define PUMPED_AT_ONCE 64u
#define POLLS 200000u                   /* as in serial.c: a line that never empties loses bytes */
#define STRIKES_MAX 40u
#define ZEROS 400u                      /* 35 ms at 115200 baud: more than an adapter holds bytes back */

static void keep(struct line *line, uint32_t found)
{
    if (line->written - line->read == LINE_BUFFER) {
        line->overruns++;
        return;
    }
    line->buffer[line->written++ % LINE_BUFFER] = (uint16_t)found;
}

/* One look at the UART: reading the status clears its flags, so all that it says is taken here. Nonzero: a byte came. */
static int look(struct line *line)
{
    uint32_t status = serial_read(&line->serial, LINE_STATUS);
    if (status == NOTHING_THERE)
        return 0;
    if (status & STATUS_EMPTY)
        line->serial.room = line->serial.depth;
    line->overruns += (status & STATUS_OVERRUN) != 0;
    if (!(status & STATUS_DATA))
        return 0;
    uint32_t found = serial_read(&line->serial, DATA);
    found |= status & STATUS_OVERRUN ? SERIAL_OVERRUN : 0;
    found |= status & STATUS_DAMAGED ? SERIAL_BROKEN : 0;
    found |= status & STATUS_BREAK ? SERIAL_BREAK : 0;
    keep(line, found);
    return 1;
}

void line_pump(struct line *line)
{
    for (uint32_t n = 0; n < PUMPED_AT_ONCE && look(line); n++)
        ;
}

uint32_t line_get(struct line *line)
{
    line_pump(line);
    if (line->written == line->read)
        return SERIAL_NOTHING;
    return line->buffer[line->read++ % LINE_BUFFER];
}

void line_put(struct line *line, uint8_t byte)
{
    for (uint32_t n = 0; n < POLLS && line->serial.room == 0; n++)
        look(line);
    if (line->serial.room)
        line->serial.room--;
    serial_write(&line->serial, DATA, byte);
}

void line_set(struct line *line, uint32_t divisor)
{
    serial_drain(&line->serial);
    serial_init(&line->serial, divisor);
    line->divisor = divisor;
    line->strikes = 0;
    line->read = line->written;
}

void line_open(struct line *line, uint64_t port, uint32_t base_divisor, uint32_t baud_max)
{
    *line = (struct line){.serial = {.base = port}, .base_divisor = base_divisor, .baud_max = baud_max};
    line_set(line, base_divisor);
}

void line_back(struct line *line)
{
    if (line->divisor == line->base_divisor)
        return;
    line_set(line, line->base_divisor);
    for (uint32_t n = 0; n < ZEROS; n++)
        line_put(line, 0);
}

void line_good(struct line *line)
{
    line->strikes = 0;
}

int line_struck(struct line *line)
{
    if (line->divisor == line->base_divisor || ++line->strikes < STRIKES_MAX)
        return 0;
    line_set(line, line->base_divisor);
    return 1;
}
