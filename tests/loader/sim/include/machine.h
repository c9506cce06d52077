/* In place of the loader's machine.h: physical memory is a piece of the host's. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

#define WORLD_MEMORY (128ull << 20)

extern uint8_t *world_memory;

static inline void *physical(uint64_t address)
{
    if (address >= WORLD_MEMORY)
        __builtin_trap();
    return world_memory + address;
}

#endif
