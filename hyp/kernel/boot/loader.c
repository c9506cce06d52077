/*
 * PVH start info (Xen, public/arch-x86/hvm/start_info.h) and multiboot2 information (Multiboot2 specification 2.0, 3.6).
 * The loader is believed about what RAM there is, and about nothing that the plan knows. Host-testable: no device, no CPU state.
 */
#include "loader.h"

#define MULTIBOOT2 0x36d76289u
#define PVH_MAGIC 0x336ec578u
#define PVH 0
#define RAM 1
#define TAG_END 0
#define TAG_COMMAND_LINE 1
#define TAG_MEMORY_MAP 6
#define INFO_MAX 65536u
#define LOW_4G (1ull << 32)

struct pvh_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp, memory_map;
    uint32_t memory_map_entries, reserved;
};

struct pvh_memory {
    uint64_t start, size;
    uint32_t type, reserved;
};

struct tag {
    uint32_t type, size;
};

struct multiboot2_memory {
    uint64_t start, size;
    uint32_t type, reserved;
};

static void region_add(struct loader *loader, uint64_t start, uint64_t size, uint32_t type)
{
    if (type != RAM || size == 0 || loader->region_count == LOADER_REGIONS)
        return;
    loader->regions[loader->region_count].start = start;
    loader->regions[loader->region_count].end = start + size > start ? start + size : UINT64_MAX;
    loader->region_count++;
}

static void command_line_copy(struct loader *loader, const char *text, uint32_t room)
{
    uint32_t n = 0;
    for (; n < room && n < LOADER_TEXT - 1 && text[n]; n++)
        loader->command_line[n] = text[n];
    loader->command_line[n] = 0;
}

static const char *pvh_read(struct loader *loader, uint64_t at)
{
    const struct pvh_info *info = (const struct pvh_info *)at;
    if (info->magic != PVH_MAGIC)
        return "start info of PVH";
    if (info->command_line && info->command_line < LOW_4G)
        command_line_copy(loader, (const char *)info->command_line, LOADER_TEXT);
    if (info->version < 1 || info->memory_map >= LOW_4G)
        return "memory map of PVH";
    const struct pvh_memory *map = (const struct pvh_memory *)info->memory_map;
    for (uint32_t n = 0; n < info->memory_map_entries && n < INFO_MAX / sizeof *map; n++)
        region_add(loader, map[n].start, map[n].size, map[n].type);
    return 0;
}

static void memory_map_read(struct loader *loader, const struct tag *tag)
{
    const uint32_t *head = (const uint32_t *)(tag + 1);     /* size and version of an entry */
    if (tag->size < sizeof *tag + 2 * sizeof *head)
        return;
    uint32_t entry = head[0];
    uint64_t at = (uint64_t)(head + 2), end = (uint64_t)tag + tag->size;
    if (entry < sizeof(struct multiboot2_memory) || entry % 8)
        return;
    for (; at + entry <= end; at += entry) {
        const struct multiboot2_memory *memory = (const struct multiboot2_memory *)at;
        region_add(loader, memory->start, memory->size, memory->type);
    }
}

static const char *multiboot2_read(struct loader *loader, uint64_t at)
{
    uint32_t total = *(const uint32_t *)at;
    uint64_t end = at + (total < INFO_MAX ? total : INFO_MAX);
    at += 8;
    while (at + sizeof(struct tag) <= end) {
        const struct tag *tag = (const struct tag *)at;
        if (tag->type == TAG_END || tag->size < sizeof *tag || tag->size > end - at)
            break;
        if (tag->type == TAG_COMMAND_LINE)
            command_line_copy(loader, (const char *)(tag + 1), tag->size - (uint32_t)sizeof *tag);
        if (tag->type == TAG_MEMORY_MAP)
            memory_map_read(loader, tag);
        at += (tag->size + 7ull) & ~7ull;
    }
    return loader->region_count ? 0 : "memory map of multiboot2";
}

const char *loader_read(struct loader *loader, uint32_t magic, uint64_t info)
{
    loader->command_line[0] = 0;
    loader->region_count = 0;
    if (magic == PVH)
        return pvh_read(loader, info);
    if (magic == MULTIBOOT2)
        return multiboot2_read(loader, info);
    return "boot protocol: PVH or multiboot2";
}

uint64_t loader_number(const struct loader *loader, const char *name, uint64_t otherwise)
{
    const char *at = loader->command_line;
    while (*at) {
        uint32_t n = 0;
        while (name[n] && at[n] == name[n])
            n++;
        if (!name[n] && at[n] == '=' && at[n + 1] >= '0' && at[n + 1] <= '9') {
            uint64_t value = 0;
            for (at += n + 1; *at >= '0' && *at <= '9'; at++)
                value = value > (UINT64_MAX - 9) / 10 ? UINT64_MAX : value * 10 + (uint64_t)(*at - '0');
            return value;
        }
        while (*at && *at != ' ')
            at++;
        while (*at == ' ')
            at++;
    }
    return otherwise;
}

int loader_has_ram(const struct loader *loader, uint64_t start, uint64_t end)
{
    for (uint32_t tries = 0; tries <= loader->region_count && start < end; tries++)
        for (uint32_t n = 0; n < loader->region_count; n++)
            if (loader->regions[n].start <= start && start < loader->regions[n].end) {
                start = loader->regions[n].end;
                break;
            }
    return start >= end;
}
