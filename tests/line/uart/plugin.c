/*
 * The UART of uart.c inside QEMU, in place of the emulated one, which sends and receives at once. A TCG plugin is code in QEMU's process:
 * it puts an I/O region over the UART's ports, with QEMU's virtual clock as its time, so that a run is the same every time.
 * Beside the plugin interface it calls a few functions of QEMU itself; Debian's build exports them for its modules. Tried with QEMU 7.2.
 *
 * Arguments: port, irq, clock, fifo; `log` gets a record of 16 bytes per event (instant, event, byte), `raw` the bytes that were sent;
 * `in` holds the other side's bytes: records of 16 bytes with the instant of the first bit, in order of time. The line adds its own
 * pace: a byte that the line is not free for waits. One -plugin option per UART.
 */
#include "qemu.h"
#include "uart.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UARTS 4
#define PORTS 8
#define PRIORITY 100
#define BREAK 0x100

int qemu_plugin_version = 1;

struct record {
    uint64_t at;
    uint32_t event, byte;
};

static struct line {
    struct uart uart;
    uint64_t port, irq;
    int log, raw;
    struct record *in;
    size_t in_count, in_next;
    uint64_t line_free;                 /* of the other side's transmitter */
    struct memory_region region;
    struct timer timer;
    qemu_irq wire;
} lines[UARTS];
static unsigned line_count;

static void write_all(int file, const void *data, size_t size)
{
    if (file >= 0 && write(file, data, size) != (ssize_t)size)
        qemu_plugin_outs("line: a log cannot be written\n");
}

static void heard(void *owner, enum uart_event event, uint64_t at, uint8_t byte, uint64_t bit_ps)
{
    struct line *line = owner;
    struct record record = {at, (uint32_t)event, byte};
    (void)bit_ps;
    write_all(line->log, &record, sizeof record);
    if (event == UART_SENT)
        write_all(line->raw, &byte, 1);
}

static uint64_t now(void)
{
    return (uint64_t)qemu_clock_get_ns(CLOCK_VIRTUAL);
}

/* The other side sends at the speed that this UART has: a mismatch of speeds is tried where the other side is a program of ours. */
static uint64_t arrival(const struct line *line)
{
    if (line->in_next == line->in_count)
        return UART_NEVER;
    uint64_t from = line->in[line->in_next].at;
    return (from > line->line_free ? from : line->line_free) + uart_byte_ns(&line->uart);
}

static void take_arrivals(struct line *line, uint64_t until)
{
    for (uint64_t at; (at = arrival(line)) <= until; line->in_next++) {
        if (line->in[line->in_next].byte & BREAK)
            uart_break(&line->uart, at);
        else
            uart_arrive(&line->uart, (uint8_t)line->in[line->in_next].byte, uart_bit_ps(&line->uart), at);
        line->line_free = at;
    }
    uart_advance(&line->uart, until);
}

static void settle(struct line *line, uint64_t at)
{
    if (!line->wire)
        line->wire = isa_get_irq(0, (unsigned)line->irq);
    qemu_set_irq(line->wire, uart_line(&line->uart, at));
    uint64_t next = uart_next(&line->uart, at), byte = arrival(line);
    next = byte < next ? byte : next;
    if (next == UART_NEVER)
        timer_del(&line->timer);
    else
        timer_mod(&line->timer, (int64_t)next);
}

static void timer_fired(void *owner)
{
    struct line *line = owner;
    uint64_t at = now();
    take_arrivals(line, at);
    settle(line, at);
}

static uint64_t port_read(void *owner, uint64_t place, unsigned size)
{
    struct line *line = owner;
    uint64_t at = now();
    (void)size;
    take_arrivals(line, at);
    uint8_t value = uart_read(&line->uart, (uint32_t)place, at);
    settle(line, at);
    return value;
}

static void port_write(void *owner, uint64_t place, uint64_t value, unsigned size)
{
    struct line *line = owner;
    uint64_t at = now();
    (void)size;
    take_arrivals(line, at);
    uart_write(&line->uart, (uint32_t)place, (uint8_t)value, at);
    settle(line, at);
}

static const struct memory_region_ops operations = {
    .read = port_read,
    .write = port_write,
    .endianness = LITTLE_ENDIAN_DEVICE,
    .implemented = {.least = 1, .most = 1},
};

/* The first CPU is made before any device; the region lies above what is put there later. */
static void machine_begins(qemu_plugin_id_t id, unsigned cpu)
{
    (void)id;
    for (unsigned n = 0; cpu == 0 && n < line_count; n++) {
        struct line *line = &lines[n];
        if (line->region.words[0])
            continue;
        memory_region_init_io(&line->region, 0, &operations, line, "line", PORTS);
        memory_region_add_subregion_overlap(get_system_io(), line->port, &line->region, PRIORITY);
        timer_init_full(&line->timer, 0, CLOCK_VIRTUAL, 1, 0, timer_fired, line);
    }
}

/* What the FIFO held when the machine ended leaves, as it does on a board. */
static void machine_ended(qemu_plugin_id_t id, void *nothing)
{
    (void)id;
    (void)nothing;
    for (unsigned n = 0; n < line_count; n++)
        uart_advance(&lines[n].uart, UART_NEVER - 1);
}

static int file_of(const char *path, int flags)
{
    int file = open(path, flags, 0644);
    if (file < 0)
        perror(path);
    return file;
}

static int in_read(struct line *line, const char *path)
{
    int file = file_of(path, O_RDONLY);
    off_t size = file < 0 ? -1 : lseek(file, 0, SEEK_END);
    if (size < 0)
        return -1;
    line->in_count = (size_t)size / sizeof *line->in;
    line->in = calloc(line->in_count + 1, sizeof *line->in);
    ssize_t got = line->in ? pread(file, line->in, line->in_count * sizeof *line->in, 0) : -1;
    close(file);
    return got == (ssize_t)(line->in_count * sizeof *line->in) ? 0 : -1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int count, char **arguments)
{
    (void)info;
    if (line_count == UARTS)
        return 1;
    struct line *line = &lines[line_count];
    uint64_t clock = 1843200, depth = 16;
    line->log = line->raw = -1;
    for (int n = 0; n < count; n++) {
        char *value = strchr(arguments[n], '=');
        if (!value)
            return 1;
        *value++ = 0;
        const char *name = arguments[n];
        if (!strcmp(name, "log"))
            line->log = file_of(value, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
        else if (!strcmp(name, "raw"))
            line->raw = file_of(value, O_WRONLY | O_CREAT | O_APPEND);
        else if (!strcmp(name, "in") && in_read(line, value))
            return 1;
        else if (strcmp(name, "in"))
            *(!strcmp(name, "port") ? &line->port : !strcmp(name, "irq") ? &line->irq : !strcmp(name, "clock") ? &clock : &depth) = strtoull(value, 0, 0);
    }
    if (!line->port || !clock || !depth || depth > UART_DEPTH_MAX)
        return 1;
    uart_init(&line->uart, clock, (uint32_t)depth, heard, line);
    if (line_count++ == 0) {
        qemu_plugin_register_vcpu_init_cb(id, machine_begins);
        qemu_plugin_register_atexit_cb(id, machine_ended, 0);
    }
    return 0;
}
