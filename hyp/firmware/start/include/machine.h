/* Physical memory as programs here reach it: mapped one to one. A test on the host puts its own memory in its place. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

static inline void *physical(uint64_t address)
{
    return (void *)address;
}

#endif
