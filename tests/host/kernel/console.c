/*
 * Runs the kernel's console, health log and UART driver on a script from standard input; what the UART sent is the output.
 *   framed AGE              before `streams`: packets; a short one waits AGE ns
 *   streams RING NAME...    one ring of RING bytes for each partition, then the kernel's, then one for each partition's input
 *   write P HEX             as a hypercall would: what the ring takes; prints "took N"
 *   drop P COUNT            as a hypercall that finds no room: COUNT bytes in one write
 *   health P EVENT ACTION   a record for partition P, -1: the module
 *   verdict P PASS HEX
 *   drain TICKS             console_drain until then; prints "gave N"
 *   input HEX               bytes for the UART to receive; prints "took N": calls that took one
 *   read P COUNT            from partition P's input; prints "input HEX"
 *   loader                  one has started the kernel
 *   break                   on the line; prints "took N" as input does
 *   wait TICKS              nothing happens
 *   flush
 * The UART's bytes follow the line "sent". Who ends the module ends the script: "stop OPERATION" is the last line then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULE_STOPS
#include "absent.h"
#include "console.h"
#include "health.h"
#include "input.h"
#include "irq.h"
#include "packet.h"
#include "partition.h"
#include "print.h"

#define PARTITIONS 8
#define UART 0x3f8
#define FIFO 16

char host_plan_base[65536] __attribute__((aligned(64)));
char host_lapic_base[4096] __attribute__((aligned(64)));
struct core *host_core;
uint64_t host_tsc = 1000;

static struct core core;
static struct ring rings[2 * PARTITIONS + 1];
static struct partition_state states[PARTITIONS];
static struct health_record records[HEALTH_RECORDS];
static char sent[1 << 22];
static size_t sent_bytes, divisor_latch;
static char received[1 << 16];
static size_t received_bytes, received_at;
static int line_broken;

uint8_t host_port_read(uint16_t port)
{
    if (port == UART && received_at < received_bytes)
        return (uint8_t)received[received_at++];
    if (port != UART + 5)
        return 0;
    uint8_t status = (uint8_t)(0x60 | (received_at < received_bytes) | (line_broken ? 0x18 : 0));   /* a break is a framing error, too */
    line_broken = 0;                    /* told once */
    return status;
}

void ioapic_route(uint32_t line, uint32_t vector, uint32_t level)
{
    (void)line;
    (void)vector;
    (void)level;
}

void ioapic_mask(uint32_t line, uint32_t masked)
{
    (void)line;
    (void)masked;
}

void event_pend(struct core *of, uint32_t partition, uint32_t event)
{
    (void)of;
    states[partition].events[0] |= 1ull << event;
}

void host_port_write(uint16_t port, uint8_t value)
{
    if (port == UART + 3)
        divisor_latch = value >> 7;
    if (port == UART && !divisor_latch && sent_bytes < sizeof sent)
        sent[sent_bytes++] = (char)value;
}

_Noreturn void module_stop(struct core *of, uint32_t operation)
{
    (void)of;
    printf("stop %u\n", operation);
    exit(0);
}

/* The log's actions are tried in the emulator; here nothing ends a partition. */
_Noreturn void partition_stop(struct core *of, uint32_t status)
{
    (void)of;
    (void)status;
    abort();
}

_Noreturn void partition_restart(struct core *of, uint32_t request, uint32_t cause)
{
    (void)of;
    (void)request;
    (void)cause;
    abort();
}

static void set_up(uint64_t ring_size, char *names)
{
    struct plan *plan = (struct plan *)host_plan_base;
    struct partition_plan *partitions = (struct partition_plan *)(host_plan_base + 4096);
    uint32_t count = 0;
    for (char *name = strtok(names, " \n"); name && count < PARTITIONS; name = strtok(NULL, " \n"), count++) {
        strncpy(partitions[count].name, name, sizeof partitions[count].name - 1);
        partitions[count].id = count;
        partitions[count].state = &states[count];
        states[count].log_room = LOG_SHARE;
        partitions[count].stream = &rings[count + 1];
    }
    for (uint32_t n = 0; n < count; n++)
        partitions[n].input = &rings[count + 1 + n];
    for (uint32_t n = 0; n <= 2 * count; n++) {
        rings[n].size = n ? ring_size : ring_size < 256 ? 256 : ring_size;       /* no plan gives the kernel's less */
        rings[n].data = malloc(rings[n].size);          /* to the byte, so that the sanitizer sees a look past it */
    }
    plan->partitions = (struct partition_plan *)(host_plan_base + 4096);
    strcpy(plan->event_names[HYP_HEALTH_ILLEGAL_HYPERCALL].text, "illegal_hypercall");
    strcpy(plan->event_names[HYP_HEALTH_UNEXPECTED_INTERRUPT].text, "unexpected_interrupt");
    strcpy(plan->action_names[HYP_ACTION_LOG].text, "log");
    plan->partition_count = count;
    plan->stream_count = count + 1;
    plan->streams = rings;
    plan->uart_fifo = FIFO;
    plan->uart_byte_ns = 86806;
    plan->uart_irq = 4;
    plan->io_write_ns = 100;
    core.self = &core;
    core.health_ring = records;
    core.health_room = HEALTH_RECORDS;
    core.module_room = LOG_SHARE;
    core.tick_scale = core.ns_scale = 1ull << 32;
    core.epoch = 1;
    core.wake = UINT64_MAX / 2;
    host_core = &core;
    uart_init(&console_out.uart, UART, 1, FIFO);
    console_init(&core);
    host_tsc += 2 * FIFO * 86806;       /* what was printed before has left */
}

static size_t take_all(size_t count)
{
    size_t took = 0;
    received_at = 0;
    received_bytes = count;
    while (input_take(&core))
        took++;
    return took;
}

static size_t unhex(char *text, char *out)
{
    size_t n = 0;
    unsigned byte;
    for (; sscanf(text + 2 * n, "%2x", &byte) == 1; n++)
        out[n] = (char)byte;
    return n;
}

static size_t ring_put(struct ring *ring, const char *bytes, size_t count)
{
    size_t room = ring->size - (ring->head - ring->tail), take = count < room ? count : room;
    for (size_t n = 0; n < take; n++)
        ring->data[(ring->head + n) % ring->size] = bytes[n];
    ring->head += take;
    console_work = 1;
    return take;
}

int main(void)
{
    static char line[1 << 17], bytes[1 << 16], hex[1 << 17], names[4096];
    struct hyp_frame frame = {.rip = 0x210000, .error = 6, .rsp = 0x300000};
    unsigned long long a, b, c;
    int p;
    while (fgets(line, sizeof line, stdin)) {
        size_t before = sent_bytes;
        hex[0] = 0;
        if (sscanf(line, "streams %llu %4095[^\n]", &a, names) == 2)
            set_up(a, names);
        else if (sscanf(line, "framed %llu", &a) == 1) {
            ((struct plan *)host_plan_base)->console_mode = CONSOLE_FRAMED;
            ((struct plan *)host_plan_base)->console_age_ns = a;
        } else if (sscanf(line, "input %131071s", hex) == 1) {
            printf("took %zu\n", take_all(unhex(hex, received)));
        } else if (sscanf(line, "read %d %llu", &p, &a) == 2) {
            struct ring *ring = ((struct partition_plan *)(host_plan_base + 4096))[p].input;
            printf("input ");
            for (; a && ring->tail != ring->head; a--, ring->tail++)
                printf("%02x", (uint8_t)ring->data[ring->tail % ring->size]);
            printf("\n");
        } else if (sscanf(line, "write %d %131071s", &p, hex) >= 1)
            printf("took %zu\n", ring_put(&rings[p + 1], bytes, unhex(hex, bytes)));
        else if (sscanf(line, "drop %d %llu", &p, &a) == 2) {
            rings[p + 1].dropped_bytes += a;
            rings[p + 1].dropped_events++;
        } else if (sscanf(line, "health %d %llu %llu", &p, &b, &c) == 3)
            health_log(&core, (uint32_t)p, (uint32_t)b, (uint32_t)c, host_tsc, &frame);
        else if (sscanf(line, "verdict %d %llu %131071s", &p, &b, hex) >= 2) {
            size_t length = unhex(hex, bytes);
            memcpy(states[p].verdict_text, bytes, length);
            states[p].verdict_length = (uint32_t)length;
            states[p].verdict = b ? VERDICT_PASSED : VERDICT_FAILED;
            health_log(&core, (uint32_t)p, LOG_VERDICT, states[p].verdict, host_tsc, &frame);
        } else if (sscanf(line, "drain %llu", &a) == 1) {
            console_drain(&core, host_tsc + a);
            printf("gave %zu\n", sent_bytes - before);
        } else if (sscanf(line, "wait %llu", &a) == 1) {
            host_tsc += a;
        } else if (strncmp(line, "loader", 6) == 0)
            way_back.entry = 1;
        else if (strncmp(line, "break", 5) == 0) {
            received[0] = 0;
            line_broken = 1;
            printf("took %zu\n", take_all(1));
        } else if (strncmp(line, "flush", 5) == 0)
            console_flush(&core);
        else
            return 2;
    }
    for (p = 0; p < PARTITIONS && rings[p + 1].size; p++)
        printf("event %d\n", (int)(states[p].events[0] >> HYP_EVENT_CONSOLE & 1));
    printf("damaged %u\n", core.input_damaged);
    printf("lost %llu\nsent\n", (unsigned long long)core.health_lost);
    fwrite(sent, 1, sent_bytes, stdout);
    return 0;
}
