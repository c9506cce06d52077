/* Senders: framing of packets as bytes are put, and giving them to a UART at its pace. Knows nothing of what is in them. */
#include "packet.h"

/* Instructions of the longest piece that console and trace make in one step, and of what is around a byte's way to the UART. */
#define STEP_TICKS 1500
#define BYTE_TICKS 100

struct sender console_out;

/* Whose packet is being made: one at a time. */
static struct sender *making;

/* Zeros are stuffed away as they come: each one's place tells how far the next one is. */
static void stuff(struct sender *sender, uint32_t byte)
{
    if (byte == 0) {
        sender->bytes[sender->code] = (uint8_t)(sender->length - sender->code);
        sender->code = sender->length;
    }
    sender->bytes[sender->length++] = (uint8_t)byte;
}

/* CRC-16 of ITU-T V.41, a byte a step without a table. */
uint32_t packet_crc(uint32_t crc, uint32_t byte)
{
    uint32_t mixed = (crc >> 8 ^ byte) & 0xff;
    mixed ^= mixed >> 4;
    return (crc << 8 ^ mixed << 12 ^ mixed << 5 ^ mixed) & 0xffff;
}

void packet_put(uint64_t byte)
{
    struct sender *sender = making;
    sender->crc = packet_crc(sender->crc, (uint8_t)byte);
    stuff(sender, (uint8_t)byte);
}

void packet_number(uint32_t value)
{
    for (; value > 0x7f; value >>= 7)
        packet_put(value | 0x80);
    packet_put(value);
}

void packet_begin(struct sender *sender, uint32_t sequence, uint32_t kind)
{
    making = sender;
    sender->sent = sender->ready = sender->code = 0;
    sender->length = 1;
    sender->crc = PACKET_CRC_FROM;
    packet_put(sequence);
    packet_put(kind);
}

void packet_end(void)
{
    struct sender *sender = making;
    uint32_t crc = sender->crc;
    stuff(sender, crc >> 8);
    stuff(sender, crc & 0xff);
    stuff(sender, 0);
    sender->ready = sender->length;
}

int sender_go(struct sender *sender, uint64_t until)
{
    for (;;) {
        uint64_t now = cpu_tsc();
        int64_t left = ticks_until(until, now);
        if (left < sender->byte_ticks || !uart_ready(&sender->uart, now, left < sender->fill_ticks))
            return 0;
        if (sender->sent == sender->ready)
            return left >= sender->step_ticks;
        uart_give(&sender->uart, (char)sender->bytes[sender->sent++], now);
    }
}

void sender_flush(struct sender *sender)
{
    for (; sender->sent < sender->ready; sender->sent++)
        uart_write(&sender->uart, (char)sender->bytes[sender->sent]);
}

void sender_init(struct sender *sender, const struct core *core, uint32_t byte_ns)
{
    uart_pace(&sender->uart, ticks_of(core, byte_ns));
    sender->byte_ticks = (int64_t)ticks_of(core, 2 * the_plan()->io_write_ns) + BYTE_TICKS;
    sender->step_ticks = sender->byte_ticks + STEP_TICKS;
    sender->fill_ticks = sender->step_ticks + sender->uart.depth * sender->byte_ticks;
}
