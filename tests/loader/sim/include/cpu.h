/* In place of the kernel's cpu.h: I/O ports are the simulated machine's. */
#ifndef CPU_H
#define CPU_H

#include <stdint.h>

void world_port_write(uint16_t port, uint8_t value);
uint8_t world_port_read(uint16_t port);

static inline void port_write(uint16_t port, uint8_t value)
{
    world_port_write(port, value);
}

static inline uint8_t port_read(uint16_t port)
{
    return world_port_read(port);
}

#endif
