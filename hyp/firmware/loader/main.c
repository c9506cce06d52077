/*
 * The serial loader: stays in its own memory, receives images over the line and starts them. An image that ends comes back to `start_again`,
 * so a board needs its boot medium once. Its command line: uart, divisor, clock (of the UART, Hz), memory (bytes of its own).
 */
#include "handoff.h"
#include "leftovers.h"
#include "machine.h"
#include "memory.h"
#include "requests.h"
#include "start.h"

#define COM1 0x3f8
#define OVERSAMPLING 16u
#define KEPT 0x6879706b65707431ull
#define MULTIBOOT2_MAGIC 0x36d76289u

_Noreturn void image_enter(uint32_t entry, uint32_t magic, uint32_t info);

static struct loader loader;

/* What the boot loader said at the first start; a return finds it here. */
static struct {
    uint64_t magic;
    struct handover handover;
} kept __attribute__((section(".boot.noinit")));

static void say(const char *text)
{
    while (*text)
        line_put(&loader.line, (uint8_t)*text++);
}

static void say_number(uint64_t value)
{
    char digits[20];
    uint32_t n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    while (n)
        line_put(&loader.line, (uint8_t)digits[--n]);
}

static void keep(const struct handover *handover)
{
    kept.handover = *handover;
    if (handover->rsdp == (uint64_t)handover->rsdp_copy)
        kept.handover.rsdp = (uint64_t)kept.handover.rsdp_copy;
    kept.magic = KEPT;
}

/* As much as was asked for, and no more than there is RAM. */
static struct extent own_memory(void)
{
    uint64_t start = (uint64_t)firmware_start, end = start + handover_number(&kept.handover, "memory", LOADER_SIZE);
    for (uint32_t n = 0; n < kept.handover.region_count; n++) {
        const struct region *region = &kept.handover.regions[n];
        if (region->type == REGION_RAM && region->start <= start && start - region->start < region->size && end > region->start + region->size)
            end = region->start + region->size;
    }
    return (struct extent){start, end > (uint64_t)firmware_end ? end : (uint64_t)firmware_end};
}

static _Noreturn void image_start(void)
{
    const struct image *image = &loader.image;
    uint32_t info = handoff_write(image->protocol, &kept.handover, loader.own, loader.command_line, (uint64_t)start_again);
    line_back(&loader.line);
    image_place(image);
    image_enter(image->entry, image->protocol == HANDOVER_MULTIBOOT2 ? MULTIBOOT2_MAGIC : 0, info);
}

void firmware_main(const struct handover *handover)
{
    if (handover->protocol != HANDOVER_NONE)
        keep(handover);
    else if (kept.magic == KEPT)
        leftovers_stop();
    else
        return;
    uint64_t clock = handover_number(&kept.handover, "clock", SERIAL_CLOCK);
    line_open(&loader.line, handover_number(&kept.handover, "uart", COM1), (uint32_t)handover_number(&kept.handover, "divisor", 1),
              (uint32_t)clock / OVERSAMPLING);
    loader_init(&loader, &kept.handover, own_memory(), (uint64_t)firmware_end);
    say("\r\nhyp: loader ready, room for ");
    say_number(loader.store.room);
    say(" bytes\r\n");
    while (!loader_turn(&loader))
        ;
    image_start();
}

int firmware_trap(struct trap *trap)
{
    (void)trap;
    return 0;
}
