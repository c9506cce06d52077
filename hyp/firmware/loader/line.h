/*
 * The UART, and a buffer behind its FIFO: whatever takes long calls `line_pump` now and then, and nothing is lost meanwhile. Speeds are
 * divisors of the UART's clock.
 */
#ifndef LINE_H
#define LINE_H

#include "serial.h"

#define LINE_BUFFER 8192u               /* bytes; a power of two */

struct line {
    struct serial serial;
    uint32_t divisor, base_divisor, baud_max;
    uint32_t overruns;                  /* times that bytes were lost, in the UART or here */
    uint32_t strikes;                   /* damaged bytes and frames since the last good frame */
    uint32_t written, read;
    uint16_t buffer[LINE_BUFFER];       /* bytes with the flags of serial.h */
};

/* Begins at the base divisor; what is still being sent is waited for. */
void line_open(struct line *line, uint64_t port, uint32_t base_divisor, uint32_t baud_max);

void line_pump(struct line *line);                  /* empties the UART's FIFO; bounded */
uint32_t line_get(struct line *line);               /* as serial_get */
void line_put(struct line *line, uint8_t byte);     /* waits for room, and goes on receiving */
void line_set(struct line *line, uint32_t divisor); /* once all is sent */

/* To the base speed, if it is another, with time for the other side to follow: zeros, which are no frame. */
void line_back(struct line *line);

/* What came was damaged or good. Too much damage in a row at another speed than the base's goes back to that: nonzero. */
int line_struck(struct line *line);
void line_good(struct line *line);

#endif
