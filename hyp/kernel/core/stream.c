/*
 * The trace as a stream on its own UART, made in idle time from the records of the core's ring: whatever it costs, no window pays.
 * A packet is a sequence number, a kind, its words and a checksum; zeros are stuffed away (S. Cheshire and M. Baker, "Consistent
 * Overhead Byte Stuffing", SIGCOMM 1997), so that a zero byte ends a packet and a reader finds its way back after any loss.
 * hyp/timeline/packets.py is the other end. Each step makes one packet at most, then the clock is looked at.
 */
#include "trace.h"

#define SYNC_KIND 0x40u             /* core, time (8 bytes), records lost (4): what everything else is relative to */
#define PART_KIND 0x41u             /* time (4), first window, windows that came as planned, whether the next one has begun */
#define FRAME_KIND 0x80u            /* + first window; or 0xff and the first window. time (4) of a major frame that came as planned */
#define FRAME_LONG 0x7fu
#define SYNC_EVERY 64u
#define TIME_REACH (1ull << 30)     /* a packet's 32-bit time is at most this far from the last SYNC or packet */
#define PACKET_MAX 32u
#define NO_WINDOW UINT32_MAX
/* Instructions of the longest step, the write to the UART apart; a test holds it to that. */
#define STEP_TICKS 600u

struct uart trace_uart;

static struct {
    uint64_t step_ticks;
    uint64_t tail;                  /* records of the ring that are done with */
    uint64_t reference;             /* ticks since the epoch: the last time that was sent */
    uint64_t lost;                  /* as the last SYNC said */
    uint64_t frame;                 /* TSC: start of the major frame in progress */
    const struct window_plan *window;       /* comes next, or is open, in a frame that is as planned so far; 0: none is */
    uint32_t current;               /* index of the window that started last */
    uint32_t first;                 /* the frame's first window */
    uint32_t done;                  /* its windows that came as planned */
    uint32_t open;                  /* the next one has begun */
    uint32_t complete;              /* the frame has ended: its packet is due */
    uint32_t packets;               /* since the last SYNC; 0: it is due */
    uint8_t sequence;
    uint32_t at, length;
    uint8_t bytes[PACKET_MAX];
} stream;

/* ---- Packets. bytes[0] is left for the stuffing. */

static void byte_put(uint64_t byte)
{
    stream.bytes[stream.length++] = (uint8_t)byte;
}

static void bytes_put(uint64_t value, uint32_t count)
{
    for (; count; count--, value >>= 8)
        byte_put(value);
}

/* Seven bits a byte, the lowest first; the top bit says that more follow. */
static void number_put(uint32_t value)
{
    for (; value > 0x7f; value >>= 7)
        byte_put(value | 0x80);
    byte_put(value);
}

static void packet_begin(uint32_t kind)
{
    stream.length = 1;
    byte_put(stream.sequence++);
    byte_put(kind);
    stream.packets++;
}

/* CRC-8, polynomial 0x07, four bits a step; then the stuffing. */
static void packet_end(void)
{
    static const uint8_t steps[16] = {0x00, 0x07, 0x0e, 0x09, 0x1c, 0x1b, 0x12, 0x15, 0x38, 0x3f, 0x36, 0x31, 0x24, 0x23, 0x2a, 0x2d};
    uint32_t crc = 0, code = 0;
    for (uint32_t n = 1; n < stream.length; n++) {
        crc ^= stream.bytes[n];
        crc = (crc << 4 & 0xff) ^ steps[crc >> 4];
        crc = (crc << 4 & 0xff) ^ steps[crc >> 4];
    }
    byte_put(crc);
    byte_put(0);
    for (uint32_t n = 1; n < stream.length; n++)
        if (stream.bytes[n] == 0) {
            stream.bytes[code] = (uint8_t)(n - code);
            code = n;
        }
}

static void sync_put(const struct core *core, uint64_t time)
{
    stream.packets = 0;
    packet_begin(SYNC_KIND);
    byte_put(core->id);
    bytes_put(time, 8);
    bytes_put(core->trace_lost, 4);
    packet_end();
    stream.reference = time;
    stream.lost = core->trace_lost;
}

/* Begins a packet with that time, or makes the SYNC that has to come before it: then 0. */
static int timed_begin(const struct core *core, uint32_t kind, uint64_t tsc)
{
    uint64_t time = tsc - core->epoch;
    if (stream.packets == 0 || stream.packets == SYNC_EVERY || stream.lost != core->trace_lost ||
        time - stream.reference + TIME_REACH > 2 * TIME_REACH) {
        sync_put(core, time);
        return 0;
    }
    packet_begin(kind);
    bytes_put(time, 4);
    stream.reference = time;
    return 1;
}

static int record_put(const struct core *core, const struct trace_record *record, uint32_t subject)
{
    if (!timed_begin(core, record->kind, record->tsc))
        return 0;
    byte_put(record->detail);
    number_put(subject);
    number_put(record->value);
    packet_end();
    return 1;
}

/* ---- Windows as planned: a major frame of them is one packet. Each of these takes the record, or makes a packet that comes first. */

static void frame_put(const struct core *core)
{
    if (!timed_begin(core, FRAME_KIND | (stream.first < FRAME_LONG ? stream.first : FRAME_LONG), stream.frame))
        return;
    if (stream.first >= FRAME_LONG)
        number_put(stream.first);
    packet_end();
    stream.complete = 0;
}

/* A frame that was cut, by a restart of the module or the run's end. */
static void part_put(const struct core *core)
{
    if (!timed_begin(core, PART_KIND, stream.frame))
        return;
    number_put(stream.first);
    number_put(stream.done);
    byte_put(stream.open);
    packet_end();
    stream.window = 0;
    stream.open = 0;
}

static int start_take(const struct core *core, const struct trace_record *record)
{
    const struct window_plan *window = &the_plan()->windows[record->value];
    uint64_t frame = record->tsc - window->counters->at_ticks;
    if (stream.window && (stream.window != window || stream.frame != frame || stream.open)) {
        part_put(core);
        return 0;
    }
    if (!stream.window) {
        if (record->value && !(window[-1].flags & WINDOW_LAST))
            return record_put(core, record, record->value);     /* the frame's start is not known */
        stream.window = window;
        stream.frame = frame;
        stream.first = record->value;
        stream.done = 0;
    }
    stream.open = 1;
    return 1;
}

static int end_take(const struct core *core, const struct trace_record *record)
{
    if ((!stream.window || record->value) && !record_put(core, record, stream.current))
        return 0;
    if (!stream.window)
        return 1;
    stream.open = 0;
    stream.done++;
    stream.complete = stream.window->flags & WINDOW_LAST;
    stream.window = stream.complete ? 0 : stream.window + 1;
    return 1;
}

static int record_take(const struct core *core, const struct trace_record *record)
{
    int planned = the_plan()->trace_detail == TRACE_PLANNED;
    if (record->kind == HYP_TRACE_WINDOW_START) {
        stream.current = record->value;
        return planned ? start_take(core, record) : record_put(core, record, record->value);
    }
    if (record->kind == HYP_TRACE_WINDOW_END)
        return planned ? end_take(core, record) : record_put(core, record, stream.current);
    return record_put(core, record, record->partition);
}

/* ---- The ring's other end. */

/* Records that were overwritten before they could be sent. */
static void records_lose(struct core *core, uint64_t head)
{
    core->trace_lost += head - core->trace_last - 1 - stream.tail;
    stream.tail = head - core->trace_last - 1;
    stream.current = NO_WINDOW;
}

/* Makes the next packet; it is empty when the records so far ask for none. 0: nothing is waiting. */
static int packet_next(struct core *core)
{
    uint64_t head = core->trace_head;
    stream.at = stream.length = 0;
    int lost = head - stream.tail > core->trace_last + 1;
    if (stream.complete)
        frame_put(core);
    else if (lost && stream.window)
        part_put(core);
    else if (lost)
        records_lose(core, head);
    else if (stream.tail == head)
        return 0;
    else if (record_take(core, &core->trace_ring[stream.tail & core->trace_last]))
        stream.tail++;
    return 1;
}

int trace_drain(struct core *core, uint64_t until)
{
    while (the_plan()->trace_port) {
        uint64_t now = cpu_tsc();
        if (ticks_until(until, now) < (int64_t)stream.step_ticks || !uart_ready(&trace_uart, now))
            return 1;
        if (stream.at < stream.length)
            uart_give(&trace_uart, (char)stream.bytes[stream.at++], now);
        else if (!packet_next(core))
            break;
    }
    return 0;
}

static void flush_packet(void)
{
    for (; stream.at < stream.length; stream.at++)
        uart_write(&trace_uart, (char)stream.bytes[stream.at]);
    stream.at = stream.length = 0;
}

/* Ends with a SYNC, which says what was lost in all. */
void trace_flush(struct core *core)
{
    if (!the_plan()->trace_port)
        return;
    do
        flush_packet();
    while (packet_next(core));
    for (uint32_t n = 0; n < 2 && stream.window; n++) {
        part_put(core);
        flush_packet();
    }
    sync_put(core, cpu_tsc() - core->epoch);
    flush_packet();
}

void trace_init(struct core *core)
{
    const struct plan *plan = the_plan();
    if (!plan->trace_port)
        return;
    uart_init(&trace_uart, plan->trace_port, plan->trace_divisor, plan->trace_fifo);
    uart_pace(&trace_uart, ticks_of(core, plan->trace_byte_ns));
    stream.step_ticks = ticks_of(core, plan->io_write_ns) + STEP_TICKS;
    stream.current = NO_WINDOW;
}
