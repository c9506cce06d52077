/* FPU state of partitions: eager, in the slot's area. The kernel itself has no FPU instruction. */
#ifndef FPU_H
#define FPU_H

#include "cpu.h"
#include "hyp_kernel.h"

static inline void fpu_save(uint64_t xcr0)
{
    if (xcr0)
        __asm__ volatile("xsave64 (%0)" : : "r"(SLOT_FPU), "a"((uint32_t)xcr0), "d"(0) : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" : : "r"(SLOT_FPU) : "memory");
}

static inline void fpu_load(uint64_t xcr0)
{
    if (xcr0)
        __asm__ volatile("xrstor64 (%0)" : : "r"(SLOT_FPU), "a"((uint32_t)xcr0), "d"(0) : "memory");
    else
        __asm__ volatile("fxrstor64 (%0)" : : "r"(SLOT_FPU) : "memory");
}

/* Off: any FPU instruction of the partition is `device_not_available`, so another's registers cannot be read. */
static inline void fpu_switch(int on)
{
    cpu_set_cr0(on ? cpu_cr0() & ~CR0_TS : cpu_cr0() | CR0_TS);
}

#endif
