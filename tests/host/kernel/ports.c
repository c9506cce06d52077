/*
 * Ports with writer and readers at once, as on several cores: the hypercalls' own code, a thread for each partition.
 * `sampling` has four readers, `queuing` one. Each word of a message follows from its number and place, so what is torn,
 * lost or doubled shows.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "event.h"
#include "ports.h"
#include "wait.h"

#define READERS 4u
#define WORDS 1200u                     /* of the longest message: three chunks of the copy */
#define STRIDE (sizeof(struct message_slot) + WORDS * 8 + 63 & ~63ul)
#define WRITES 20000u
#define DEPTH 3u

HYPERCALL hypercall_sampling_write(uint64_t port, uint64_t message, uint64_t length);
HYPERCALL hypercall_sampling_read(uint64_t port, uint64_t buffer, uint64_t size, uint64_t status);
HYPERCALL hypercall_queuing_send(uint64_t port, uint64_t message, uint64_t length, uint64_t timeout);
HYPERCALL hypercall_queuing_receive(uint64_t port, uint64_t buffer, uint64_t size, uint64_t timeout);

char host_plan_base[65536] __attribute__((aligned(64)));
char host_lapic_base[4096] __attribute__((aligned(64)));
_Thread_local struct core *host_core;
_Thread_local uint64_t host_tsc = 1000;

static struct core cores[READERS + 1];
static struct partition_state states[READERS + 1];
static struct port_state port_states[READERS + 1];
static struct channel_state channel;
static char slots[(READERS + 2) * STRIDE] __attribute__((aligned(64)));
static int queuing;

/* Keeps all registers but rdi, rsi, rdx and rcx, as copy.S does, and says by the carry flag that there was no fault. */
__attribute__((used)) void host_copy(void *to, const void *from, uint64_t bytes);
void host_copy(void *to, const void *from, uint64_t bytes)
{
    memcpy(to, from, bytes);
}
__asm__(".text\n.globl copy_partition\ncopy_partition:\n\tpush %rbp\n\tmov %rsp, %rbp\n\tand $-16, %rsp\n\tpush %rax\n\tpush %r8\n\tpush %r9\n\t"
        "push %r10\n\tpush %r11\n\tpush %r11\n\tcall host_copy\n\tpop %r11\n\tpop %r11\n\tpop %r10\n\tpop %r9\n\tpop %r8\n\tpop %rax\n\t"
        "mov %rbp, %rsp\n\tpop %rbp\n\tclc\n\tret\n");

/* Nothing here is cut, sleeps or is traced. */
void call_again(uint64_t call) { (void)call; abort(); }
int64_t event_self(void) { abort(); }
_Noreturn void wait_begin(struct core *core, uint32_t kind, uint64_t mask, uint64_t until)
{
    (void)core;
    (void)kind;
    (void)mask;
    (void)until;
    abort();
}
void trace_pushed(void);
void trace_pushed(void) { abort(); }
void trace_raised(uint32_t partition, uint32_t event)
{
    (void)partition;
    (void)event;
    abort();
}

static uint64_t words_of(uint64_t number)
{
    return number % 7 ? 1 + number % 50 : WORDS - number % 90;
}

static uint64_t word_at(uint64_t number, uint64_t place)
{
    return number * 0x10001 + place;
}

static _Noreturn void wrong(const char *what, uint64_t number, uint64_t found)
{
    printf("%s: message %llu, found %llu\n", what, (unsigned long long)number, (unsigned long long)found);
    exit(1);
}

static void *writer(void *unused)
{
    static uint64_t message[WORDS];
    (void)unused;
    host_core = &cores[0];
    for (uint64_t number = 1; number <= WRITES; number++) {
        uint64_t words = words_of(number);
        for (uint64_t n = 0; n < words; n++)
            message[n] = word_at(number, n);
        if (!queuing) {
            if (hypercall_sampling_write(0, (uint64_t)message, words * 8))
                wrong("write", number, 0);
            continue;
        }
        while (hypercall_queuing_send(0, (uint64_t)message, words * 8, 0) == HYP_NOT_AVAILABLE)
            sched_yield();
    }
    return NULL;
}

/* The number of the message in `message`, checked word by word. */
static uint64_t check(const uint64_t *message, int64_t length)
{
    uint64_t number = message[0] / 0x10001, words = words_of(number);
    if ((uint64_t)length != words * 8)
        wrong("length", number, (uint64_t)length);
    for (uint64_t n = 0; n < words; n++)
        if (message[n] != word_at(number, n))
            wrong("torn", number, n);
    return number;
}

static void *reader(void *place)
{
    uint64_t *message = malloc(WORDS * 8), last = 0, reads = 0;
    struct hyp_sampling_status status;
    host_core = place;
    while (last < WRITES) {
        int64_t length = queuing ? hypercall_queuing_receive(0, (uint64_t)message, WORDS * 8, 0)
                                 : hypercall_sampling_read(0, (uint64_t)message, WORDS * 8, (uint64_t)&status);
        if (length == HYP_NO_ACTION || length == HYP_NOT_AVAILABLE) {
            sched_yield();
            continue;
        }
        uint64_t number = check(message, length);
        if (queuing ? number != last + 1 : number < last)
            wrong("order", number, last);
        reads += number != last;
        if (!queuing && (status.fresh != (number != last) || reads + status.overwritten != number))
            wrong("overwritten", number, status.overwritten);
        last = number;
    }
    free(message);
    return NULL;
}

static void plan_make(void)
{
    struct channel_plan *ends = (struct channel_plan *)(host_plan_base + 4096);
    uint32_t readers = queuing ? 1 : READERS;
    *ends = (struct channel_plan){.kind = queuing ? HYP_PORT_QUEUING : HYP_PORT_SAMPLING, .depth = queuing ? DEPTH : READERS + 2,
                                  .size = WORDS * 8, .stride = STRIDE, .slots = (struct message_slot *)slots, .state = &channel,
                                  .listeners = (struct listener_plan *)(host_plan_base + 12288), .reader_count = readers,
                                  .reader_bytes = readers * sizeof(struct reader_state)};
    channel.latest = queuing ? 0 : DECIDED;
    struct port_plan *ports = (struct port_plan *)(host_plan_base + 8192);
    struct listener_plan *listeners = (struct listener_plan *)(host_plan_base + 12288);
    struct partition_plan *partitions = (struct partition_plan *)(host_plan_base + 16384);
    for (uint32_t n = 0; n <= readers; n++) {
        ports[n] = (struct port_plan){.channel = ends, .state = &port_states[n], .reading = n ? &channel.readers[n - 1].reading : 0,
                                      .use = (queuing ? HYP_PORT_QUEUING : HYP_PORT_SAMPLING) | (n ? PORT_DESTINATION : 0)};
        partitions[n] = (struct partition_plan){.id = n, .state = &states[n], .ports = &ports[n], .port_count = 1};
        listeners[n] = (struct listener_plan){.state = &states[n < readers ? n + 1 : 0], .event = 16, .partition = n};
        cores[n] = (struct core){.self = &cores[n], .partition = &partitions[n], .deadline = UINT64_MAX, .ns_scale = 1ull << 32};
        if (!queuing && n)
            channel.readers[n - 1].reading = DECIDED;   /* as the compiler lays it down */
    }
}

int main(int count, char **arguments)
{
    pthread_t threads[READERS + 1];
    queuing = count > 1 && strcmp(arguments[1], "queuing") == 0;
    plan_make();
    uint32_t readers = queuing ? 1 : READERS;
    for (uint32_t n = 0; n < readers; n++)
        pthread_create(&threads[n], NULL, reader, &cores[n + 1]);
    pthread_create(&threads[READERS], NULL, writer, NULL);
    for (uint32_t n = 0; n < readers; n++)
        pthread_join(threads[n], NULL);
    pthread_join(threads[READERS], NULL);
    printf("%u\n", WRITES);
    return 0;
}
