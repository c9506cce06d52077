/*
 * The trace as packets on its own UART or among the console's, made in idle time from the records of the core's ring: whatever it
 * costs, no window pays. Each step makes one packet at most, then the clock is looked at. hyp/timeline/stream.py is the other end.
 */
#include "packet.h"
#include "trace.h"

#define FRAME_LONG (PACKET_FRAME_LONG - PACKET_FRAME)
#define SYNC_EVERY 64u
#define TIME_REACH (1ull << 30)     /* a packet's 32-bit time is at most this far from the last SYNC or packet */
#define NO_WINDOW UINT32_MAX

static struct sender own_out;

static struct stream {
    struct sender *out;             /* 0: the trace stays in memory */
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
    uint32_t sequence;
} the_stream;

/* ---- Packets. */

static void begin(struct stream *stream, uint32_t kind)
{
    packet_begin(stream->out, stream->sequence++, kind);
    stream->packets++;
}

static void bytes_put(uint64_t value, uint32_t count)
{
    for (; count; count--, value >>= 8)
        packet_put(value);
}

static void sync_put(struct stream *stream, const struct core *core, uint64_t time)
{
    stream->packets = 0;
    begin(stream, PACKET_SYNC);
    packet_put(core->id);
    bytes_put(time, 8);
    bytes_put(core->trace_lost, 4);
    packet_end();
    stream->reference = time;
    stream->lost = core->trace_lost;
}

/* Begins a packet with that time, or makes the SYNC that has to come before it: then 0. */
static int timed_begin(struct stream *stream, const struct core *core, uint32_t kind, uint64_t tsc)
{
    uint64_t time = tsc - core->epoch;
    if (stream->packets == 0 || stream->packets == SYNC_EVERY || stream->lost != core->trace_lost ||
        time - stream->reference + TIME_REACH > 2 * TIME_REACH) {
        sync_put(stream, core, time);
        return 0;
    }
    begin(stream, kind);
    bytes_put(time, 4);
    stream->reference = time;
    return 1;
}

static int record_put(struct stream *stream, const struct core *core, const struct trace_record *record, uint32_t subject)
{
    if (!timed_begin(stream, core, record->kind, record->tsc))
        return 0;
    packet_put(record->detail);
    packet_number(subject);
    packet_number(record->value);
    packet_end();
    return 1;
}

/* ---- Windows as planned: a major frame of them is one packet. Each of these takes the record, or makes a packet that comes first. */

static void frame_put(struct stream *stream, const struct core *core)
{
    if (!timed_begin(stream, core, PACKET_FRAME | (stream->first < FRAME_LONG ? stream->first : FRAME_LONG), stream->frame))
        return;
    if (stream->first >= FRAME_LONG)
        packet_number(stream->first);
    packet_end();
    stream->complete = 0;
}

/* A frame that was cut, by a restart of the module or the run's end. */
static void part_put(struct stream *stream, const struct core *core)
{
    if (!timed_begin(stream, core, PACKET_PART, stream->frame))
        return;
    packet_number(stream->first);
    packet_number(stream->done);
    packet_put(stream->open);
    packet_end();
    stream->window = 0;
    stream->open = 0;
}

static int start_take(struct stream *stream, const struct core *core, const struct trace_record *record)
{
    const struct window_plan *window = &the_plan()->windows[record->value];
    uint64_t frame = record->tsc - window->counters->at_ticks;
    if (stream->window && (stream->window != window || stream->frame != frame || stream->open)) {
        part_put(stream, core);
        return 0;
    }
    if (!stream->window) {
        if (record->value && !(window[-1].flags & WINDOW_LAST))
            return record_put(stream, core, record, record->value);     /* the frame's start is not known */
        stream->window = window;
        stream->frame = frame;
        stream->first = record->value;
        stream->done = 0;
    }
    stream->open = 1;
    return 1;
}

static int end_take(struct stream *stream, const struct core *core, const struct trace_record *record)
{
    if ((!stream->window || record->value) && !record_put(stream, core, record, stream->current))
        return 0;
    if (!stream->window)
        return 1;
    stream->open = 0;
    stream->done++;
    stream->complete = stream->window->flags & WINDOW_LAST;
    stream->window = stream->complete ? 0 : stream->window + 1;
    return 1;
}

static int record_take(struct stream *stream, const struct core *core, const struct trace_record *record)
{
    int planned = the_plan()->trace_detail == TRACE_PLANNED;
    if (record->kind == HYP_TRACE_WINDOW_START) {
        stream->current = record->value;
        return planned ? start_take(stream, core, record) : record_put(stream, core, record, record->value);
    }
    if (record->kind == HYP_TRACE_WINDOW_END)
        return planned ? end_take(stream, core, record) : record_put(stream, core, record, stream->current);
    return record_put(stream, core, record, record->partition);
}

/* ---- The ring's other end. */

/* Records that were overwritten before they could be sent. */
static void records_lose(struct stream *stream, struct core *core, uint64_t head)
{
    core->trace_lost += head - core->trace_last - 1 - stream->tail;
    stream->tail = head - core->trace_last - 1;
    stream->current = NO_WINDOW;
}

/* Makes the next packet, if the records so far ask for one. 0: nothing is waiting. */
static int packet_next(struct stream *stream, struct core *core)
{
    uint64_t head = core->trace_head;
    int lost = head - stream->tail > core->trace_last + 1;
    if (stream->complete)
        frame_put(stream, core);
    else if (lost && stream->window)
        part_put(stream, core);
    else if (lost)
        records_lose(stream, core, head);
    else if (stream->tail == head)
        return 0;
    else if (record_take(stream, core, &core->trace_ring[stream->tail & core->trace_last]))
        stream->tail++;
    return 1;
}

int trace_among(struct core *core)
{
    struct stream *stream = THROUGH(the_stream);
    return stream->out == &console_out && packet_next(stream, core);
}

const struct sender *trace_drain(struct core *core, uint64_t until)
{
    struct stream *stream = THROUGH(the_stream);
    if (stream->out == &console_out)
        return stream->tail != core->trace_head ? stream->out : 0;
    while (stream->out && sender_go(stream->out, until))
        if (!packet_next(stream, core))
            return 0;
    return stream->out;
}

/* Ends with a SYNC, which says what was lost in all. */
void trace_flush(struct core *core)
{
    struct stream *stream = THROUGH(the_stream);
    if (!stream->out)
        return;
    do
        sender_flush(stream->out);
    while (packet_next(stream, core));
    for (uint32_t n = 0; n < 2 && stream->window; n++) {
        part_put(stream, core);
        sender_flush(stream->out);
    }
    sync_put(stream, core, cpu_tsc() - core->epoch);
    sender_flush(stream->out);
}

void trace_init(struct core *core)
{
    struct stream *stream = THROUGH(the_stream);
    const struct plan *plan = the_plan();
    stream->current = NO_WINDOW;
    if (!plan->trace_port)
        return;
    stream->out = &console_out;
    if (plan->trace_port == plan->uart_port)
        return;
    stream->out = &own_out;
    uart_init(&stream->out->uart, plan->trace_port, plan->trace_divisor, plan->trace_fifo);
    sender_init(stream->out, core, plan->trace_byte_ns);
}
