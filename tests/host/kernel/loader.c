/*
 * Gives the kernel's loader reader one boot information after the other, as a boot loader would leave it: below 4 GiB, and
 * here with an unmapped page right behind its last byte, so that a look past it is a fault.
 * Input: {u32 magic, u32 size, bytes}...; the information is at END - size, rounded down to 8. Output: a line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "loader.h"

#define END 0x20000000ul
#define ROOM 0x100000ul

int main(void)
{
    uint32_t head[2];
    char *base = mmap((void *)(END - ROOM), ROOM + 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (base == MAP_FAILED || mprotect(base, ROOM, PROT_READ | PROT_WRITE))
        return 2;
    while (fread(head, sizeof head, 1, stdin) == 1) {
        struct loader loader;
        uint64_t at = (END - head[1]) & ~7ul;
        memset(base, 0xa5, ROOM);
        if (head[1] > ROOM || fread((void *)at, 1, head[1], stdin) != head[1])
            return 3;
        memset(&loader, 0xcc, sizeof loader);
        const char *wrong = loader_read(&loader, head[0], at);
        printf("%s\t%s\t%llu\t", wrong ? wrong : "", loader.command_line, (unsigned long long)loader_number(&loader, "frames", 7));
        for (uint32_t n = 0; n < loader.region_count; n++)
            printf("%llx-%llx ", (unsigned long long)loader.regions[n].start, (unsigned long long)loader.regions[n].end);
        printf("\t%d%d%d\n", loader_has_ram(&loader, 0x100000, 0x200000), loader_has_ram(&loader, 0, 1), loader_has_ram(&loader, 5, 5));
    }
    return 0;
}
