/* Bytes on their way to a UART: text, or packets that a reader can tell from noise and whose loss it sees (hyp/abi/packets.py). */
#ifndef PACKET_H
#define PACKET_H

#include "core.h"
#include "uart.h"

struct sender {
    struct uart uart;
    int64_t byte_ticks;             /* what a byte needs: a look at the UART and a write to it */
    int64_t step_ticks;             /* that and the longest step of who makes the bytes */
    int64_t fill_ticks;             /* so long before idling ends the FIFO is filled up */
    uint32_t sent, ready, length;   /* bytes: given to the UART; that may be given; made */
    uint32_t code;                  /* place of the byte that says how far the next zero is */
    uint32_t crc;
    uint8_t bytes[PACKET_MAX + 2];
};

extern struct sender console_out;   /* who prints it owns, who drains it paces it */

void packet_begin(struct sender *sender, uint32_t sequence, uint32_t kind);     /* after what was made before is sent */
void packet_put(uint64_t byte);
void packet_number(uint32_t value);
uint32_t packet_crc(uint32_t crc, uint32_t byte);
void packet_end(void);                          /* it may be sent from here on */

void sender_init(struct sender *sender, const struct core *core, uint32_t byte_ns);
/* Sends what is ready while there is time; nonzero: all of it is sent, and there is time for a step of who makes more. */
int sender_go(struct sender *sender, uint64_t until);
void sender_flush(struct sender *sender);                                       /* waits for the line */

static inline int sender_busy(const struct sender *sender)
{
    return sender->sent != sender->length;
}

#endif
