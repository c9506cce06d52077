/*
 * Runs the kernel's console, health log and UART driver on a script from standard input; what the UART sent is the output.
 *   streams RING NAME...    one ring of RING bytes for each partition, then the kernel's
 *   write P HEX             as a hypercall would: what the ring takes; prints "took N"
 *   health P EVENT ACTION   a record for partition P, -1: the module
 *   verdict P PASS HEX
 *   drain TICKS             console_drain until then; prints "gave N"
 *   flush
 * The UART's bytes follow the line "sent".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "absent.h"
#include "console.h"
#include "health.h"
#include "partition.h"
#include "uart.h"

#define PARTITIONS 8
#define UART 0x3f8
#define FIFO 16

char host_plan_base[65536] __attribute__((aligned(64)));
char host_lapic_base[4096] __attribute__((aligned(64)));
struct core *host_core;
uint64_t host_tsc = 1000;

static struct core core;
static struct ring rings[PARTITIONS + 1];
static struct partition_state states[PARTITIONS];
static struct health_record records[HEALTH_RECORDS];
static char sent[1 << 22];
static size_t sent_bytes, divisor_latch;

uint8_t host_port_read(uint16_t port)
{
    return port == UART + 5 ? 0x60 : 0;
}

void host_port_write(uint16_t port, uint8_t value)
{
    if (port == UART + 3)
        divisor_latch = value >> 7;
    if (port == UART && !divisor_latch && sent_bytes < sizeof sent)
        sent[sent_bytes++] = (char)value;
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
        partitions[count].stream = &rings[count + 1];
    }
    for (uint32_t n = 0; n <= count; n++) {
        rings[n].size = ring_size;
        rings[n].data = malloc(ring_size);          /* to the byte, so that the sanitizer sees a look past it */
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
    plan->io_write_ns = 100;
    core.self = &core;
    core.health_ring = records;
    core.tick_scale = core.ns_scale = 1ull << 32;
    core.epoch = 1;
    host_core = &core;
    uart_init(&console_uart, UART, 1, FIFO);
    console_init(&core);
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
        else if (sscanf(line, "write %d %131071s", &p, hex) >= 1)
            printf("took %zu\n", ring_put(&rings[p + 1], bytes, unhex(hex, bytes)));
        else if (sscanf(line, "health %d %llu %llu", &p, &b, &c) == 3)
            health_log(&core, (uint32_t)p, (uint32_t)b, (uint32_t)c, health_time(&core), &frame);
        else if (sscanf(line, "verdict %d %llu %131071s", &p, &b, hex) >= 2) {
            size_t length = unhex(hex, bytes);
            memcpy(states[p].verdict_text, bytes, length);
            states[p].verdict_length = (uint32_t)length;
            states[p].verdict = b ? VERDICT_PASSED : VERDICT_FAILED;
            health_log(&core, (uint32_t)p, LOG_VERDICT, states[p].verdict, health_time(&core), &frame);
        } else if (sscanf(line, "drain %llu", &a) == 1) {
            console_drain(&core, host_tsc + a);
            printf("gave %zu\n", sent_bytes - before);
        } else if (strncmp(line, "flush", 5) == 0)
            console_flush(&core);
        else
            return 2;
    }
    printf("lost %llu\nsent\n", (unsigned long long)core.health_lost);
    fwrite(sent, 1, sent_bytes, stdout);
    return 0;
}
