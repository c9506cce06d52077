/* Multiboot2 information (specification 2.0, 3.6) and PVH start info (Xen, public/arch-x86/hvm/start_info.h). */
#include "handoff.h"
#include "machine.h"
#include "memory.h"

#define TAG_COMMAND_LINE 1
#define TAG_LOADER_NAME 2
#define TAG_MEMORY_MAP 6
#define TAG_ACPI_OLD 14
#define TAG_ACPI_NEW 15
#define ACPI_OLD_SIZE 20u
#define REVISION 15
#define PVH_MAGIC 0x336ec578u
#define PVH_VERSION 1
#define TEXT_SIZE (LOADER_COMMAND_LINE + 32)
#define ENTRIES_MAX (HANDOVER_REGIONS + 2)

struct entry {
    uint64_t start, size;
    uint32_t type, reserved;
};

/* Everything here outlives the loader's own work: the image reads it after the jump. */
static struct {
    uint32_t size;
    _Alignas(8) uint8_t bytes[ENTRIES_MAX * sizeof(struct entry) + 1024];
} info;

static struct entry entries[ENTRIES_MAX];
static uint32_t entry_count;
static char text[TEXT_SIZE];

static struct {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp, memory_map;
    uint32_t memory_map_entries, reserved;
} pvh;

static void entry_add(uint64_t start, uint64_t end, uint32_t type)
{
    if (start < end && entry_count < ENTRIES_MAX)
        entries[entry_count++] = (struct entry){start, end - start, type, 0};
}

/* The loader's memory is RAM that nobody else may use. */
static void map_write(const struct handover *machine, struct extent own)
{
    entry_count = 0;
    for (uint32_t n = 0; n < machine->region_count; n++) {
        const struct region *region = &machine->regions[n];
        uint64_t end = region->start + region->size;
        if (region->type != REGION_RAM) {
            entry_add(region->start, end, region->type);
            continue;
        }
        entry_add(region->start, end < own.start ? end : own.start, REGION_RAM);
        entry_add(region->start > own.end ? region->start : own.end, end, REGION_RAM);
    }
    entry_add(own.start, own.end, REGION_RESERVED);
}

static void text_write(const char *command_line, uint64_t back)
{
    static const char word[] = "loader=";
    char digits[20];
    uint32_t length = 0, n = 0;
    for (; length < LOADER_COMMAND_LINE - 1 && command_line[length]; length++)
        text[length] = command_line[length];
    if (length)
        text[length++] = ' ';
    memcpy(text + length, word, sizeof word - 1);
    length += (uint32_t)sizeof word - 1;
    do
        digits[n++] = (char)('0' + back % 10);
    while (back /= 10);
    while (n)
        text[length++] = digits[--n];
    text[length] = 0;
}

static void tag_add(uint32_t type, const void *head, uint32_t head_size, const void *body, uint32_t body_size)
{
    uint32_t tag[2] = {type, (uint32_t)sizeof tag + head_size + body_size};
    uint8_t *to = info.bytes + info.size;
    if (tag[1] + 8 > sizeof info.bytes - info.size)
        return;
    memcpy(to, tag, sizeof tag);
    memcpy(to + sizeof tag, head, head_size);
    memcpy(to + sizeof tag + head_size, body, body_size);
    info.size += (tag[1] + 7) & ~7u;
}

static uint32_t text_size(const char *at)
{
    uint32_t n = 0;
    while (at[n])
        n++;
    return n + 1;
}

static uint32_t multiboot2_write(const struct handover *machine)
{
    static const char name[] = "hyp loader";
    const uint32_t head[2] = {sizeof(struct entry), 0}, end[2] = {0, 8};
    memset(info.bytes, 0, sizeof info.bytes);
    info.size = 8;
    tag_add(TAG_COMMAND_LINE, "", 0, text, text_size(text));
    tag_add(TAG_LOADER_NAME, "", 0, name, sizeof name);
    tag_add(TAG_MEMORY_MAP, head, sizeof head, entries, entry_count * (uint32_t)sizeof *entries);
    if (machine->rsdp) {
        const uint8_t *rsdp = physical(machine->rsdp);
        int is_new = rsdp[REVISION] != 0;
        tag_add(is_new ? TAG_ACPI_NEW : TAG_ACPI_OLD, "", 0, rsdp, is_new ? RSDP_SIZE : ACPI_OLD_SIZE);
    }
    memcpy(info.bytes + info.size, end, sizeof end);
    info.size += (uint32_t)sizeof end;
    memcpy(info.bytes, &info.size, sizeof info.size);
    return (uint32_t)(uint64_t)info.bytes;
}

static uint32_t pvh_write(const struct handover *machine)
{
    memset(&pvh, 0, sizeof pvh);
    pvh.magic = PVH_MAGIC;
    pvh.version = PVH_VERSION;
    pvh.command_line = (uint64_t)text;
    pvh.rsdp = machine->rsdp;
    pvh.memory_map = (uint64_t)entries;
    pvh.memory_map_entries = entry_count;
    return (uint32_t)(uint64_t)&pvh;
}

uint32_t handoff_write(enum handover_protocol protocol, const struct handover *machine, struct extent own, const char *command_line, uint64_t back)
{
    map_write(machine, own);
    text_write(command_line, back);
    return protocol == HANDOVER_MULTIBOOT2 ? multiboot2_write(machine) : pvh_write(machine);
}
