/* In place of the kernel's cpu.h: a clock that the test sets, ports that the test hears, and no privileged instruction. */
#ifndef CPU_H
#define CPU_H

#include <stdint.h>

#define MSR_TSC_DEADLINE 0x6e0

extern uint64_t host_tsc;           /* advances with each look */
uint8_t host_port_read(uint16_t port);
void host_port_write(uint16_t port, uint8_t value);

static inline uint64_t cpu_tsc(void)
{
    return host_tsc += 20;
}

static inline void cpu_tsc_put(uint64_t *place)
{
    *place = cpu_tsc();
}

static inline uint64_t cpu_cr2(void)
{
    return 0xc2;
}

static inline void port_write(uint16_t port, uint8_t value)
{
    host_port_write(port, value);
}

static inline uint8_t port_read(uint16_t port)
{
    return host_port_read(port);
}

static inline void cpu_write(uint32_t msr, uint64_t value)
{
    (void)msr;
    (void)value;
}

static inline void cpu_set_root(uint64_t root)
{
    (void)root;
}

static inline void cpu_set_priority(uint64_t class)
{
    (void)class;
}

static inline uint64_t scale(uint64_t value, uint64_t by)
{
    return (uint64_t)((unsigned __int128)value * by >> 32);
}

#endif
