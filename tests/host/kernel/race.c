/*
 * Writer and reader of a console ring at once, as on two cores: the hypercall's own code in one thread, the drain's in the
 * other. Each byte's value follows from its place in the stream, so what is lost, doubled or torn shows in the output.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "absent.h"
#include "console.h"
#include "entry.h"
#include "health.h"
#include "partition.h"
#include "schedule.h"
#include "irq.h"
#include "packet.h"

#define TOTAL 200000u
#define RING 100u
#define UART 0x3f8

int64_t hypercall_console_write(uint64_t text, uint64_t length);

char host_plan_base[65536] __attribute__((aligned(64)));
char host_lapic_base[4096] __attribute__((aligned(64)));
struct core *host_core;
uint64_t host_tsc = 1000;               /* the reader's */

static struct core core;
static struct ring rings[2];
static struct partition_state state;
static char data[RING], sent[2 * TOTAL];
static size_t sent_bytes;

uint8_t host_port_read(uint16_t port)
{
    return port == UART + 5 ? 0x60 : 0;
}

void host_port_write(uint16_t port, uint8_t value)
{
    if (port == UART && sent_bytes < sizeof sent)
        sent[sent_bytes++] = (char)value;
}

/* Keeps all registers but rdi, rsi, rdx and rcx, as copy.S does, and says by the carry flag that there was no fault. */
__attribute__((used)) void host_copy(void *to, const void *from, uint64_t bytes);
void host_copy(void *to, const void *from, uint64_t bytes)
{
    memcpy(to, from, bytes);
}
__asm__(".text\n.globl copy_partition\ncopy_partition:\n\tpush %rbp\n\tmov %rsp, %rbp\n\tand $-16, %rsp\n\tpush %rax\n\tpush %r8\n\tpush %r9\n\t"
        "push %r10\n\tpush %r11\n\tpush %r11\n\tcall host_copy\n\tpop %r11\n\tpop %r11\n\tpop %r10\n\tpop %r9\n\tpop %r8\n\tpop %rax\n\t"
        "mov %rbp, %rsp\n\tpop %rbp\n\tclc\n\tret\n");

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
    (void)partition;
    (void)event;
    abort();
}

static char byte_at(uint64_t n)
{
    return (char)('!' + n % 93);
}

static void *writer(void *unused)
{
    char piece[61];
    (void)unused;
    for (uint64_t done = 0; done < TOTAL;) {
        uint64_t count = TOTAL - done < sizeof piece ? TOTAL - done : 1 + done % sizeof piece;
        for (uint64_t n = 0; n < count; n++)
            piece[n] = byte_at(done + n);
        int64_t took = hypercall_console_write((uint64_t)piece, count);
        if (took < 0)
            abort();
        done += (uint64_t)took;
    }
    return NULL;
}

int main(void)
{
    struct plan *plan = (struct plan *)host_plan_base;
    struct partition_plan *partition = (struct partition_plan *)(host_plan_base + 4096);
    pthread_t thread;
    uint64_t read = 0;
    *partition = (struct partition_plan){.name = "w", .state = &state, .stream = &rings[1]};
    rings[0] = rings[1] = (struct ring){.data = data, .size = RING};
    plan->partitions = (struct partition_plan *)(host_plan_base + 4096);
    plan->partition_count = 1;
    plan->stream_count = 2;
    plan->streams = rings;
    plan->uart_fifo = 16;
    core = (struct core){.self = &core, .partition = partition, .tick_scale = 1ull << 32, .ns_scale = 1ull << 32};
    host_core = &core;
    uart_init(&console_out.uart, UART, 1, 16);
    sent_bytes = 0;
    console_init(&core);
    pthread_create(&thread, NULL, writer, NULL);
    while (__atomic_load_n(&rings[1].tail, __ATOMIC_RELAXED) < TOTAL)
        console_drain(&core, host_tsc + 1000000);
    pthread_join(thread, NULL);
    console_flush(&core);
    for (size_t n = 0; n < sent_bytes; n++) {
        if (n + 1 < sent_bytes && sent[n] == '\r' && sent[n + 1] == '\n')
            n++;
        else if (n + 2 < sent_bytes && memcmp(sent + n, "w| ", 3) == 0 && (n == 0 || sent[n - 1] == '\n'))
            n += 2;
        else if (sent[n] != byte_at(read++)) {
            printf("byte %llu is %d\n", (unsigned long long)read - 1, sent[n]);
            return 1;
        }
    }
    printf("%llu\n", (unsigned long long)read);
    return 0;
}
