/*
 * The loader's C sources on the host, at one end of a line in virtual time; the other end is the tool under test. Time advances only while
 * the tool waits for bytes, so a run is the same every time and a minute on the line takes a second.
 *
 * An access to an I/O port takes a microsecond, as on a board's LPC bus; what the CPU computes takes no time.
 */
#include "handoff.h"
#include "machine.h"
#include "requests.h"
#include "uart.h"

#include <stdlib.h>
#include <string.h>

#define PORT 0x3f8
#define BAUD 115200u
#define IO_NS 1000u
#define QUEUE (1u << 22)
#define RAM_END WORLD_MEMORY

struct sent {
    uint64_t at;
    uint8_t byte;
};

uint8_t *world_memory;

static struct {
    uint64_t now, latency_ns;
    struct uart uart;
    struct loader loader;
    struct handover handover;
    int idle, started;
    uint64_t host_bit_ps, line_free;
    struct sent *in, *out;              /* host to loader: first bit's instant; loader to host: stop bit's */
    uint64_t in_first, in_end, out_first, out_end;
    uint64_t overruns, lost;
    uint64_t break_at;
    char text[512];
    uint32_t text_at;
} world;

static uint64_t host_byte_ns(void)
{
    return (10 * world.host_bit_ps + 999) / 1000;
}

static void heard(void *owner, enum uart_event event, uint64_t at, uint8_t byte, uint64_t bit_ps)
{
    (void)owner;
    uint64_t apart = bit_ps > world.host_bit_ps ? bit_ps - world.host_bit_ps : world.host_bit_ps - bit_ps;
    world.overruns += event == UART_OVERRUN;
    world.lost += event == UART_LOST;
    if (event == UART_SENT)
        world.out[world.out_end++ % QUEUE] = (struct sent){at, apart * 100 > 4 * world.host_bit_ps ? byte ^ 0xa5 : byte};
}

static uint64_t arrival(void)
{
    if (world.in_first == world.in_end)
        return UART_NEVER;
    uint64_t from = world.in[world.in_first % QUEUE].at;
    return (from > world.line_free ? from : world.line_free) + host_byte_ns();
}

static void settle(void)
{
    for (uint64_t at; (at = arrival()) <= world.now; world.in_first++) {
        uart_arrive(&world.uart, world.in[world.in_first % QUEUE].byte, world.host_bit_ps, at);
        world.line_free = at;
    }
    if (world.break_at && world.break_at <= world.now) {
        uart_break(&world.uart, world.break_at);
        world.break_at = 0;
    }
    uart_advance(&world.uart, world.now);
}

void world_port_write(uint16_t port, uint8_t value)
{
    world.now += IO_NS;
    world.idle = 0;
    settle();
    uart_write(&world.uart, port - PORT, value, world.now);
}

uint8_t world_port_read(uint16_t port)
{
    world.now += IO_NS;
    settle();
    uint8_t value = uart_read(&world.uart, port - PORT, world.now);
    world.idle &= port == PORT + 5 && !(value & 1);
    return value;
}

static uint64_t visible_at(const struct sent *sent)
{
    uint64_t step = world.latency_ns;
    return step ? (sent->at + step - 1) / step * step : sent->at;
}

static void loader_begin(uint64_t room)
{
    struct extent own = {LOADER_LOAD, LOADER_LOAD + room};
    uint32_t baud_max = (uint32_t)(world.uart.clock_hz / 16);
    line_open(&world.loader.line, PORT, baud_max / BAUD, baud_max);
    loader_init(&world.loader, &world.handover, own, LOADER_LOAD);
    world.started = 0;
}

void world_begin(uint64_t clock_hz, uint32_t fifo, uint64_t latency_ns, uint64_t room)
{
    struct sent *in = world.in, *out = world.out;
    memset(&world, 0, sizeof world);
    free(world_memory);
    world_memory = calloc(1, WORLD_MEMORY);
    world.in = in ? in : calloc(QUEUE, sizeof *world.in);
    world.out = out ? out : calloc(QUEUE, sizeof *world.out);
    world.latency_ns = latency_ns;
    world.handover.protocol = HANDOVER_PVH;
    world.handover.region_count = 2;
    world.handover.regions[0] = (struct region){0, 0x9fc00, REGION_RAM};
    world.handover.regions[1] = (struct region){0x100000, RAM_END - 0x100000, REGION_RAM};
    world.host_bit_ps = 1000000000000ull / BAUD;
    uart_init(&world.uart, clock_hz, fifo, heard, 0);
    loader_begin(room);
}

/* The image has ended, or the board was reset; memory stays. */
void world_return(uint64_t room)
{
    loader_begin(room);
}

static void image_speak(void)
{
    while (world.uart.out.count < world.uart.depth && world.text[world.text_at])
        uart_write(&world.uart, 0, (uint8_t)world.text[world.text_at++], world.now);
}

static void image_begin(void)
{
    uint32_t info = handoff_write(world.loader.image.protocol, &world.handover, world.loader.own, world.loader.command_line, 0x6000000);
    (void)info;
    line_back(&world.loader.line);
    image_place(&world.loader.image);
    strcpy(world.text, "\r\nhyp: boot plan=simulated\r\n");
    world.text_at = 0;
    world.started = 1;
}

/* Until `until`, or with `reading` until a byte is visible at the host; the time then. */
uint64_t world_run(uint64_t until, int reading)
{
    while (world.now < until) {
        if (reading && world.out_first != world.out_end) {
            uint64_t at = visible_at(&world.out[world.out_first % QUEUE]);
            if (at <= world.now)
                break;
            until = at < until ? at : until;
        }
        world.idle = 1;
        if (!world.started && loader_turn(&world.loader))
            image_begin();
        if (world.started)
            image_speak();
        if (!world.idle)
            continue;
        uint64_t next = arrival(), own = uart_next(&world.uart, world.now);
        next = own < next ? own : next;
        next = world.break_at && world.break_at < next ? world.break_at : next;
        next = until < next ? until : next;
        world.now = next > world.now ? next : world.now;
        settle();
    }
    return world.now;
}

uint32_t world_read(uint8_t *to, uint32_t size)
{
    uint32_t n = 0;
    for (; n < size && world.out_first != world.out_end && visible_at(&world.out[world.out_first % QUEUE]) <= world.now; n++)
        to[n] = world.out[world.out_first++ % QUEUE].byte;
    return n;
}

void world_write(const uint8_t *data, uint32_t size)
{
    for (uint32_t n = 0; n < size; n++)
        world.in[world.in_end++ % QUEUE] = (struct sent){world.now, data[n]};
}

/* Bytes that the host has given and that have not left it. */
uint64_t world_waiting(void)
{
    return world.in_end - world.in_first;
}

void world_baud(uint64_t baud)
{
    world.host_bit_ps = 1000000000000ull / baud;
}

void world_break(uint64_t at)
{
    world.break_at = at;
}

uint64_t world_now(void)
{
    return world.now;
}

int world_started(void)
{
    return world.started;
}

uint64_t world_overruns(void)
{
    return world.overruns;
}

uint8_t *world_physical(uint64_t address)
{
    return physical(address);
}

uint32_t world_divisor(void)
{
    return world.loader.line.divisor;
}
