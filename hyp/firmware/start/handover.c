/* Reads what the boot loader left, once, with a bound on everything. Host-testable: no device, no CPU state. */
#include "handover.h"

#define MULTIBOOT2 0x36d76289u
#define PVH_MAGIC 0x336ec578u
#define PVH 0u
#define INFO_MAX 65536u
#define LOW_4G (1ull << 32)
#define PVH_MODULES_MAX 4096u

enum tag_type {
    TAG_END = 0, TAG_COMMAND_LINE = 1, TAG_LOADER_NAME = 2, TAG_MEMORY_MAP = 6, TAG_EFI32 = 11, TAG_EFI64 = 12, TAG_ACPI_OLD = 14, TAG_ACPI_NEW = 15
};

struct pvh_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp, memory_map;
    uint32_t memory_map_entries, reserved;
};

struct memory {
    uint64_t start, size;
    uint32_t type, reserved;
};

struct tag {
    uint32_t type, size;
};

static void region_add(struct handover *handover, const struct memory *memory)
{
    if (memory->size == 0)
        return;
    if (handover->region_count == HANDOVER_REGIONS) {
        handover->regions_dropped++;
        return;
    }
    struct region *region = &handover->regions[handover->region_count++];
    region->start = memory->start;
    region->size = memory->start + memory->size > memory->start ? memory->size : 0 - memory->start;
    region->type = memory->type;
}

static void text_copy(char *to, const char *from, uint32_t room)
{
    uint32_t n = 0;
    for (; n < room && n < HANDOVER_TEXT - 1 && from[n]; n++)
        to[n] = from[n];
    to[n] = 0;
}

static int pvh_read(struct handover *handover, uint64_t at)
{
    const struct pvh_info *info = (const struct pvh_info *)at;
    if (info->magic != PVH_MAGIC)
        return 0;
    handover->protocol = HANDOVER_PVH;
    handover->rsdp = info->rsdp < LOW_4G ? info->rsdp : 0;
    if (info->command_line && info->command_line < LOW_4G)
        text_copy(handover->command_line, (const char *)info->command_line, HANDOVER_TEXT);
    if (info->version < 1 || info->memory_map >= LOW_4G)
        return 1;
    const struct memory *map = (const struct memory *)info->memory_map;
    for (uint32_t n = 0; n < info->memory_map_entries && n < INFO_MAX / sizeof *map; n++)
        region_add(handover, &map[n]);
    return 1;
}

static void memory_map_read(struct handover *handover, const struct tag *tag)
{
    const uint32_t *head = (const uint32_t *)(tag + 1);     /* size and version of an entry */
    if (tag->size < sizeof *tag + 2 * sizeof *head)
        return;
    uint32_t entry = head[0];
    uint64_t at = (uint64_t)(head + 2), end = (uint64_t)tag + tag->size;
    if (entry < sizeof(struct memory) || entry % 8)
        return;
    for (; at + entry <= end; at += entry)
        region_add(handover, (const struct memory *)at);
}

/* The copy in the tag ends with the loader's information; ours stays. The new form wins over the old one. */
static void rsdp_read(struct handover *handover, const struct tag *tag)
{
    uint32_t size = tag->size - (uint32_t)sizeof *tag;
    if (handover->rsdp && tag->type == TAG_ACPI_OLD)
        return;
    for (uint32_t n = 0; n < RSDP_SIZE; n++)
        handover->rsdp_copy[n] = n < size ? ((const char *)(tag + 1))[n] : 0;
    handover->rsdp = (uint64_t)handover->rsdp_copy;
}

static void tag_read(struct handover *handover, const struct tag *tag)
{
    uint32_t room = tag->size - (uint32_t)sizeof *tag;
    if (tag->type == TAG_COMMAND_LINE)
        text_copy(handover->command_line, (const char *)(tag + 1), room);
    if (tag->type == TAG_LOADER_NAME)
        text_copy(handover->loader_name, (const char *)(tag + 1), room);
    if (tag->type == TAG_MEMORY_MAP)
        memory_map_read(handover, tag);
    if (tag->type == TAG_EFI32 || tag->type == TAG_EFI64)
        handover->uefi = 1;
    if (tag->type == TAG_ACPI_OLD || tag->type == TAG_ACPI_NEW)
        rsdp_read(handover, tag);
}

static int multiboot2_read(struct handover *handover, uint64_t at)
{
    uint32_t total = *(const uint32_t *)at;
    uint64_t end = at + (total < INFO_MAX ? total : INFO_MAX);
    handover->protocol = HANDOVER_MULTIBOOT2;
    at += 8;
    while (at + sizeof(struct tag) <= end) {
        const struct tag *tag = (const struct tag *)at;
        if (tag->type == TAG_END || tag->size < sizeof *tag || tag->size > end - at)
            break;
        tag_read(handover, tag);
        at += (tag->size + 7ull) & ~7ull;
    }
    return 1;
}

int handover_read(struct handover *handover, uint32_t magic, uint64_t info)
{
    *handover = (struct handover){0};
    if (magic == PVH)
        return pvh_read(handover, info);
    if (magic == MULTIBOOT2)
        return multiboot2_read(handover, info);
    return 0;
}

static int number_read(const char *at, uint64_t *value)
{
    uint64_t base = at[0] == '0' && at[1] == 'x' ? 16 : 10, sum = 0;
    at += base == 16 ? 2 : 0;
    if (!*at || *at == ' ')
        return 0;
    for (; *at && *at != ' '; at++) {
        uint64_t digit = (uint64_t)(*at >= 'a' ? *at - 'a' + 10 : *at - '0');
        if (digit >= base || sum > (UINT64_MAX - digit) / base)
            return 0;
        sum = sum * base + digit;
    }
    *value = sum;
    return 1;
}

uint64_t handover_number(const struct handover *handover, const char *name, uint64_t otherwise)
{
    uint64_t value = otherwise;
    for (const char *at = handover->command_line; *at;) {
        uint32_t n = 0;
        while (name[n] && at[n] == name[n])
            n++;
        if (!name[n] && at[n] == '=')
            return number_read(at + n + 1, &value) ? value : otherwise;
        while (*at && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
    }
    return value;
}
