/* What the boot loader says: command line and memory map, from PVH or multiboot2. Valid while the identity map is. */
#ifndef LOADER_H
#define LOADER_H

#include <stdint.h>

#define LOADER_TEXT 256
#define LOADER_REGIONS 64

struct loader {
    char command_line[LOADER_TEXT];
    uint32_t region_count;
    struct {
        uint64_t start, end;
    } regions[LOADER_REGIONS];      /* usable RAM */
};

/* magic: eax at entry; 0, or the name of what is wrong. */
const char *loader_read(struct loader *loader, uint32_t magic, uint64_t info);

/* The number after `name=` in the command line, or `otherwise`. */
uint64_t loader_number(const struct loader *loader, const char *name, uint64_t otherwise);

/* Whether [start, end) is usable RAM, over touching regions too. */
int loader_has_ram(const struct loader *loader, uint64_t start, uint64_t end);

#endif
