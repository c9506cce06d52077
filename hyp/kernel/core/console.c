/*
 * Text console: one line at a time, each with its stream's prefix, so that no partition can write another's line
 * (PLAN, "Text consoles cannot be forged"). Owns the UART, the readers' side of every ring, and the open line.
 * Runs on the boot core only. Each step is short: at most one piece of a line, then a look at the time.
 */
#include "console.h"
#include "apic.h"
#include "health.h"
#include "print.h"
#include "trace.h"
#include "uart.h"

#define PIECE 48
#define STREAMS_A_STEP 16
/* A writer without line ends may not keep the others from the console. */
#define LINE_MAX 240
/* Instructions of the longest step, the write to the UART apart; a test holds it to that. */
#define STEP_TICKS 600u

enum search { NONE, SEARCHING, FOUND };

volatile union console_words console_words;

static struct {
    uint64_t step_ticks;
    uint32_t line;                  /* the partition stream whose line is open; 0: none */
    uint32_t column;                /* characters of it so far */
    uint32_t scan;                  /* the stream looked at last */
    uint32_t empty;                 /* streams found empty in a row */
    uint32_t field;                 /* of the kernel's line in progress; 0: none */
    uint32_t kernel_had_turn;       /* the last line was the kernel's: a partition's comes first now */
    uint32_t at, length;            /* of the piece */
    char piece[PIECE];
} drain;

static struct ring *ring_of(uint32_t stream)
{
    return &the_plan()->streams[stream];
}

/* ---- Pieces of lines. */

static void put(char c)
{
    drain.piece[drain.length++] = c;
}

static void put_text(const char *text)
{
    for (uint32_t n = 0; text[n] && drain.length < PIECE - 4; n++)
        put(text[n]);
}

static void put_end(void)
{
    put('\r');
    put('\n');
}

static void put_escaped(char c)
{
    if (c >= ' ' && c <= '~') {
        put(c);
        return;
    }
    put('\\');
    put('x');
    put("0123456789abcdef"[(uint8_t)c >> 4]);
    put("0123456789abcdef"[c & 15]);
}

static void put_hex(const char *name, uint64_t value)
{
    put_text(name);
    drain.length += text_hex(drain.piece + drain.length, value);
}

static const char *partition_name(uint32_t id)
{
    return id == NO_PARTITION ? "module" : the_plan()->partitions[id].name;
}

/* The verdict's text is the partition's: escaped, a few characters at a time. */
static int put_verdict(const struct health_record *record)
{
    const struct partition_state *state = the_plan()->partitions[record->partition].state;
    uint32_t from = (drain.field - 4) * 8;
    if (drain.field == 1)
        put_text("hyp| verdict ");
    else if (drain.field == 2)
        put_text(partition_name(record->partition));
    else if (drain.field == 3)
        put_text(record->action == VERDICT_PASSED ? " pass: " : " fail: ");
    else if (from < state->verdict_length && state->verdict == record->action)
        for (uint32_t n = from; n < from + 8 && n < state->verdict_length; n++)
            put_escaped(state->verdict_text[n]);
    else
        return 0;
    return 1;
}

static int put_health(const struct health_record *record)
{
    switch (drain.field) {
    case 1: put_text("hyp| health "); return 1;
    case 2: put_text(partition_name(record->partition)); return 1;
    case 3: put_text(" "); put_text(health_event_name(record->event)); return 1;
    case 4: put_text(" action="); put_text(health_action_name(record->action)); return 1;
    case 5: put_text(" at="); drain.length += text_decimal(drain.piece + drain.length, record->time_ns); return 1;
    case 6: put_hex(" rip=", record->frame.rip); return 1;
    case 7: put_hex(" error=", record->frame.error); return 1;
    case 8: put_hex(" address=", record->address); return 1;
    case 9: put_hex(" rsp=", record->frame.rsp); return 1;
    default: return 0;
    }
}

static void kernel_line_next(struct core *core)
{
    const struct health_record *record = &core->health_ring[core->health_tail % HEALTH_RECORDS];
    drain.field = drain.field ? drain.field : 1;
    int more = record->event == LOG_VERDICT ? put_verdict(record) : put_health(record);
    drain.field++;
    if (!more) {
        put_end();
        drain.field = 0;
        drain.kernel_had_turn = 1;
        health_printed(core, record);
    }
}

static void byte_next(struct ring *ring)
{
    char c = ring->data[ring->tail % ring->size];
    __atomic_store_n(&ring->tail, ring->tail + 1, __ATOMIC_RELEASE);
    if (c != '\n')
        put_escaped(c);
    if (c == '\n' || ++drain.column == LINE_MAX) {
        put_end();
        drain.line = 0;
    }
}

static int ring_empty(const struct ring *ring)
{
    return __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == ring->tail;
}

/* Looks for a stream with bytes, a few streams a step: it is `scan` then. FOUND, SEARCHING, or NONE: nothing is waiting. */
static enum search stream_search(void)
{
    uint32_t streams = the_plan()->stream_count;
    if (drain.empty == 0)
        (void)__atomic_exchange_n(&console_work, 0, __ATOMIC_SEQ_CST);     /* a writer that comes from here on sets it again */
    for (uint32_t n = 0; n < STREAMS_A_STEP; n++) {
        drain.scan = drain.scan + 1 < streams ? drain.scan + 1 : 1;
        if (!ring_empty(ring_of(drain.scan))) {
            drain.empty = 0;
            console_work = 1;
            return FOUND;
        }
        if (++drain.empty >= streams) {
            drain.empty = 0;
            return NONE;
        }
    }
    console_work = 1;
    return SEARCHING;
}

static void line_close(void)
{
    if (drain.line)
        put_end();
    drain.line = 0;
}

/* Makes the next piece; it is empty when the step only searched. 0: nothing is waiting. */
static int piece_next(struct core *core)
{
    drain.at = drain.length = 0;
    if (drain.line && !ring_empty(ring_of(drain.line))) {
        byte_next(ring_of(drain.line));
        return 1;
    }
    int kernel = health_waiting(core);
    if (drain.field || (kernel && !drain.kernel_had_turn)) {
        line_close();
        if (drain.length == 0)
            kernel_line_next(core);
        return 1;
    }
    enum search found = stream_search();
    if (found == FOUND && drain.scan != drain.line) {
        line_close();
        drain.line = drain.scan;
        drain.column = 0;
        put_text(the_plan()->partitions[drain.line - 1].name);
        put_text("| ");
    }
    if (found != SEARCHING)
        drain.kernel_had_turn = 0;
    return found != NONE || kernel;
}

/* ---- Sending. */

void console_drain(struct core *core, uint64_t until)
{
    for (;;) {
        uint64_t now = cpu_tsc();
        if (ticks_until(until, now) < (int64_t)drain.step_ticks || !uart_ready(&console_uart, now))
            return;
        if (drain.at == drain.length) {
            if (!piece_next(core))
                return;
            continue;
        }
        uart_give(&console_uart, drain.piece[drain.at++], now);
    }
}

/* When to go on with a UART: at `next`, unless idling ends before. */
static uint64_t sooner(uint64_t wake, uint64_t next)
{
    return ticks_until(wake, next) > (int64_t)drain.step_ticks ? next : wake;
}

_Noreturn void console_idle(struct core *core)
{
    cpu_set_root(the_plan()->idle_root);
    for (;;) {
        console_drain(core, core->wake);
        int traced = trace_drain(core, core->wake);
        uint64_t wake = core->wake, now = cpu_tsc();
        if (console_waiting() || drain.at != drain.length)
            wake = sooner(wake, uart_wake(&console_uart, now));
        if (traced)
            wake = sooner(wake, uart_wake(&trace_uart, now));
        timer_arm(core, wake, cpu_tsc());
        __asm__ volatile("sti; hlt; cli" : : : "memory");
    }
}

void console_flush(struct core *core)
{
    do
        for (; drain.at < drain.length; drain.at++)
            uart_write(&console_uart, drain.piece[drain.at]);
    while (piece_next(core));
    if (drain.line)
        print("\n");
    drain.line = 0;
}

void console_init(struct core *core)
{
    drain.step_ticks = ticks_of(core, the_plan()->io_write_ns) + STEP_TICKS;
    uart_pace(&console_uart, ticks_of(core, the_plan()->uart_byte_ns));
}
