/*
 * Console input: from the UART into the rings of partitions, in idle time only. The UART interrupts idling cores; while anything
 * else runs, the APIC's task priority holds that interrupt back (SDM 3A 11.8.3.1) and the FIFO keeps what comes.
 * Framed: packets of one sender, one at a time; each is wholly taken or not at all, and the answer says which was the last.
 * Text: Ctrl-N and a character choose the partition; what then finds its ring full is dropped and counted
 * with what the UART lost.
 * The host may want the loader back, if one started us: by a break, a packet of its own kind, or Ctrl-N several times.
 */
#include "input.h"
#include "apic.h"
#include "console.h"
#include "irq.h"
#include "packet.h"
#include "print.h"
#include "schedule.h"

/* sequence, kind, stream, bytes, CRC */
#define HEAD 3u
#define FRAME_MAX (HEAD + PACKET_INPUT_MAX + 2)

uint32_t input_answer_due;

static struct input {
    uint32_t to;                    /* text: the partition that is written to */
    uint32_t asking;                /* text: Ctrl-N that came in a row, and the next byte says which; PACKET_SELECT_LEAVES: for the loader */
    uint32_t taken;                 /* sequence of the last packet */
    uint32_t length;                /* of the packet so far */
    uint32_t crc;
    uint32_t left;                  /* bytes up to the next zero that was stuffed away */
    uint8_t packet[FRAME_MAX];
} the_input;

static const struct partition_plan *partition_of(uint32_t id)
{
    return &the_plan()->partitions[id];
}

/* All of the bytes or, framed, none. Nonzero: they are in the ring. */
static int deliver(struct core *core, uint32_t id, const uint8_t *bytes, uint32_t count)
{
    const struct partition_plan *partition = partition_of(id);
    struct ring *ring = partition->input;
    if (ring->size - (ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE)) < count)
        return 0;
    for (uint32_t n = 0; n < count; n++)
        ring->data[(ring->head + n) % ring->size] = (char)bytes[n];
    __atomic_store_n(&ring->head, ring->head + count, __ATOMIC_RELEASE);
    event_pend(core, id, HYP_EVENT_CONSOLE);
    return 1;
}

/* ---- Text. */

static void text_take(struct input *input, struct core *core, uint8_t byte)
{
    if (byte == PACKET_SELECT) {
        input->asking++;
    } else if (input->asking) {
        input->asking = 0;
        input->to = (uint32_t)byte - '0' < the_plan()->partition_count ? (uint32_t)byte - '0' : input->to;
        input_answer_due = 1;
    } else if (!deliver(core, input->to, &byte, 1)) {
        console_out.uart.errors++;
    }
}

/* ---- Packets. */

static void packet_take(struct input *input, struct core *core)
{
    const uint8_t *packet = input->packet;
    uint32_t count = input->length - HEAD - 2, id = packet[2] - 1u;
    if (input->length < HEAD + 2 || input->length > FRAME_MAX || input->crc || packet[1] != PACKET_INPUT || id >= the_plan()->partition_count) {
        if (packet[1] == PACKET_LEAVE && !input->crc && id == UINT32_MAX && input->length == HEAD + 2)
            input->asking = PACKET_SELECT_LEAVES;
        else
            core->input_damaged++;
        return;
    }
    input_answer_due = 1;
    if (count && packet[0] != input->taken && deliver(core, id, packet + HEAD, count))
        input->taken = packet[0];
}

static void framed_take(struct input *input, struct core *core, uint8_t byte)
{
    uint32_t left = input->left;
    if (byte == 0) {
        if (left == 1)
            packet_take(input, core);
        else
            core->input_damaged += left != 0;
        input->left = input->length = 0;
        input->crc = PACKET_CRC_FROM;
        return;
    }
    input->left = left - 1;
    if (left <= 1) {                /* a length byte, in the place of a zero but for the first */
        input->left = byte;
        byte = 0;
        if (left == 0)
            return;
    }
    if (input->length < FRAME_MAX)
        input->packet[input->length] = byte;
    input->length++;                /* beyond FRAME_MAX it is none, whatever follows */
    input->crc = packet_crc(input->crc, byte);
}

int input_take(struct core *core)
{
    struct input *input = THROUGH(the_input);
    int byte = -1;
    if (way_back.entry && (input->asking >= PACKET_SELECT_LEAVES || console_out.uart.broken))
        module_stop(core, HYP_MODULE_HALT);
    if (ticks_until(core->wake, cpu_tsc()) >= console_out.step_ticks)
        byte = uart_take(&console_out.uart);
    core->input_lost = console_out.uart.errors;
    if (byte < 0)
        return 0;
    if (the_plan()->console_mode == CONSOLE_FRAMED)
        framed_take(input, core, (uint8_t)byte);
    else
        text_take(input, core, (uint8_t)byte);
    return 1;
}

/* ---- Answers. */

void input_answer(void)
{
    struct input *input = THROUGH(the_input);
    input_answer_due = 0;
    if (the_plan()->console_mode == CONSOLE_FRAMED) {
        packet_begin(&console_out, 0, PACKET_TAKEN);
        packet_put(input->taken);
        packet_end();
        return;
    }
    kernel_text("input to ");
    kernel_text(partition_of(input->to)->name);
    kernel_put('\n');
}

void input_reset(const struct partition_plan *partition)
{
    __atomic_store_n(&partition->input->tail, partition->input->head, __ATOMIC_RELEASE);
}

void input_init(void)
{
    uint32_t line = the_plan()->uart_irq;
    the_input.crc = PACKET_CRC_FROM;
    if (line == NO_IRQ)
        return;
    ioapic_route(line, VECTOR_CONSOLE, 0);
    ioapic_mask(line, 0);
}
