/*
 * The console's streams on one UART. Text mode: one line at a time, each with its stream's prefix, so that no partition can write
 * another's line (PLAN, "Text consoles cannot be forged"). Framed mode: packets, each of one stream, the trace's among them.
 * Owns the console's sender, the readers' side of every ring, and the open line or packet. Runs on the boot core only.
 * Each step is short: at most a piece of a line or packet, then a look at the time.
 */
#include "console.h"
#include "apic.h"
#include "health.h"
#include "input.h"
#include "lines.h"
#include "packet.h"
#include "print.h"
#include "trace.h"

#define PIECE 48
#define STREAMS_A_STEP 16
/* Bytes of a ring that go into a packet in one step. */
#define BYTES_A_STEP 12
/* A packet that has reached this ends; a step adds at most PIECE, and what is put around it is the rest. */
#define PACKET_FULL (PACKET_MAX - PIECE - 4)
/* A writer without line ends may not keep the others from the console. */
#define LINE_MAX 240

enum search { NONE, SEARCHING, FOUND };

union console_words console_words;

static struct drain {
    uint64_t age_ticks;
    uint32_t line;                  /* 1 + the stream whose line is open, or whose packet is being made; 0: none */
    uint32_t column;                /* characters of it so far */
    uint32_t scan;                  /* the stream looked at last */
    uint32_t empty;                 /* streams found empty in a row */
    uint32_t field;                 /* pieces of the record's line that are in the kernel's ring; 0: none is begun */
    uint32_t trace_had_turn;
} the_drain;

static struct ring *ring_of(uint32_t stream)
{
    return &the_plan()->streams[stream];
}

static int framed(void)
{
    return the_plan()->console_mode == CONSOLE_FRAMED;
}

/* ---- The kernel's own stream: a ring like the others, filled by the drain itself. */

void kernel_put(char c)
{
    struct ring *ring = ring_of(0);
    ring->data[ring->head++ % ring->size] = c;
}

void kernel_text(const char *text)
{
    while (*text)
        kernel_put(*text++);
}

static int kernel_room(void)
{
    const struct ring *ring = ring_of(0);
    return ring->size - (ring->head - ring->tail) >= PIECE;
}

/* A piece of a record's line, if the ring has room: always more of a line than is sent of it, so that no other comes between. */
static int kernel_line_next(struct drain *drain, struct core *core)
{
    if (!health_waiting(core) || !kernel_room())
        return 0;
    const struct health_record *record = &core->health_ring[core->health_tail % HEALTH_RECORDS];
    if (!line_piece(record, drain->field++)) {
        kernel_put('\n');
        drain->field = 0;
        health_printed(core, record);
    }
    return 1;
}

/* ---- Pieces of lines and packets. */

static void put(char c)
{
    if (framed())
        packet_put((uint8_t)c);
    else
        console_out.bytes[console_out.length++] = (uint8_t)c;
}

static void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

static void put_end(void)
{
    put_text("\r\n");
}

static void put_escaped(char c)
{
    if (c >= ' ' && c <= '~') {
        put(c);
        return;
    }
    put_text("\\x");
    put("0123456789abcdef"[(uint8_t)c >> 4]);
    put("0123456789abcdef"[c & 15]);
}

/* Begins a packet of a stream. What its ring has dropped is said where it is noticed. */
static void stream_begin(uint32_t stream)
{
    struct ring *ring = ring_of(stream);
    uint32_t lost = (uint32_t)ring->dropped_bytes - ring->told;
    ring->told += lost;
    ring->since = 0;
    packet_begin(&console_out, ring->sequence++, lost ? PACKET_TEXT_LOSS : PACKET_TEXT);
    packet_number(stream);
    if (lost)
        packet_number(lost);
}

static int ring_empty(const struct ring *ring)
{
    return __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == ring->tail;
}

static char ring_take(struct ring *ring)
{
    char c = ring->data[ring->tail % ring->size];
    __atomic_store_n(&ring->tail, ring->tail + 1, __ATOMIC_RELEASE);
    return c;
}

static void byte_next(struct drain *drain, struct ring *ring)
{
    char c = ring_take(ring);
    if (c != '\n')
        put_escaped(c);
    if (c == '\n' || (++drain->column == LINE_MAX && drain->line > 1)) {
        put_end();
        drain->line = 0;
    }
}

static void bytes_next(struct drain *drain, struct ring *ring)
{
    for (uint32_t n = 0; n < BYTES_A_STEP && !ring_empty(ring); n++)
        put(ring_take(ring));
    if (ring_empty(ring) || console_out.length >= PACKET_FULL) {
        packet_end();
        drain->line = 0;
    }
}

/* Enough for a packet, or old enough. In text mode the age is 0. */
static int stream_due(struct drain *drain, struct ring *ring)
{
    uint64_t now = cpu_tsc();
    if (!ring->since)
        ring->since = now;
    return now - ring->since >= drain->age_ticks || ring->head - ring->tail >= PACKET_FULL;
}

/* Looks for a stream with bytes that are due, a few streams a step: it is `scan` then. FOUND, SEARCHING, or NONE: nothing is. */
static enum search stream_search(struct drain *drain)
{
    uint32_t streams = the_plan()->stream_count;
    if (drain->empty == 0)
        (void)__atomic_exchange_n(&console_work, 0, __ATOMIC_SEQ_CST);     /* a writer that comes from here on sets it again */
    for (uint32_t n = 0; n < STREAMS_A_STEP; n++) {
        drain->scan = drain->scan + 1 < streams ? drain->scan + 1 : 0;
        struct ring *ring = ring_of(drain->scan);
        if (!ring_empty(ring)) {
            console_work = 1;
            if (stream_due(drain, ring)) {
                drain->empty = 0;
                return FOUND;
            }
        }
        if (++drain->empty >= streams) {
            drain->empty = 0;
            return NONE;
        }
    }
    console_work = 1;
    return SEARCHING;
}

static void line_close(struct drain *drain)
{
    if (drain->line)
        put_end();
    drain->line = 0;
}

static void stream_open(struct drain *drain)
{
    line_close(drain);
    drain->line = drain->scan + 1;
    drain->column = 0;
    if (framed()) {
        stream_begin(drain->scan);
        return;
    }
    put_text(drain->scan ? the_plan()->partitions[drain->scan - 1].name : "hyp");
    put_text("| ");
}

/* Goes on with what is open, or with whose turn it is. The trace has every other packet when all want to send. */
static int step(struct drain *drain, struct core *core)
{
    if (kernel_line_next(drain, core))
        return 1;
    if (drain->line) {
        struct ring *ring = ring_of(drain->line - 1);
        if (!ring_empty(ring)) {
            if (framed())
                bytes_next(drain, ring);
            else
                byte_next(drain, ring);
            return 1;
        }
    }
    if (input_answer_due && !drain->field && kernel_room()) {
        input_answer();
        return 1;
    }
    drain->trace_had_turn ^= 1;
    if (drain->trace_had_turn && trace_among(core))
        return 1;
    enum search found = stream_search(drain);
    if (found == FOUND && drain->scan + 1 != drain->line)
        stream_open(drain);
    return found != NONE || trace_among(core);
}

/* Makes the next piece; it is empty when the step only searched. 0: nothing is waiting. */
static int piece_next(struct core *core)
{
    struct drain *drain = THROUGH(the_drain);
    struct sender *sender = THROUGH(console_out);
    if (sender->sent == sender->length)
        sender->sent = sender->ready = sender->length = 0;
    int more = step(drain, core);
    if (!framed())
        sender->ready = sender->length;
    return more;
}

/* ---- Sending. */

void console_drain(struct core *core, uint64_t until)
{
    health_pended(core);
    while (sender_go(&console_out, until))
        if (!piece_next(core))
            return;
}

/* When to go on with a UART, unless idling ends before. */
static uint64_t sooner(uint64_t wake, const struct sender *sender, uint64_t now)
{
    uint64_t next = uart_wake(&sender->uart, now), fill = wake - (uint64_t)sender->fill_ticks;
    if (ticks_until(fill, now) > 0 && ticks_until(next, fill) > 0)
        next = fill;
    return ticks_until(wake, next) > sender->step_ticks ? next : wake;
}

_Noreturn void console_idle(struct core *core)
{
    cpu_set_root(the_plan()->idle_root);
    cpu_set_priority(0);
    for (;;) {
        const struct sender *trace;
        do {
            console_drain(core, core->wake);
            trace = trace_drain(core, core->wake);
        } while (input_take(core));
        uint64_t wake = core->wake, now = cpu_tsc();
        if (console_waiting() || sender_busy(&console_out))
            wake = sooner(wake, &console_out, now);
        if (trace)
            wake = sooner(wake, trace, now);
        timer_arm(core, wake, cpu_tsc());
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    }
}

void console_flush(struct core *core)
{
    struct drain *drain = THROUGH(the_drain);
    drain->age_ticks = 0;
    do
        sender_flush(&console_out);
    while (piece_next(core));
    if (drain->line)
        print("\n");
    drain->line = 0;
    print_packets = framed();
}

void console_init(struct core *core)
{
    the_drain.age_ticks = ticks_of(core, the_plan()->console_age_ns);
    sender_init(&console_out, core, the_plan()->uart_byte_ns);
    input_init();
}
