/* The hypercall instruction. Numbers come from hyp_abi.h; the calls that partitions make are in hyp.h. */
#ifndef HYP_LIB_HYPERCALL_H
#define HYP_LIB_HYPERCALL_H

#include "hyp.h"

/* Registers that take part are named; all others are preserved by the kernel. */
static inline hyp_result_t hypercall(uint32_t number, uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;

    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(third) : "rcx", "r11", "memory");
    return (hyp_result_t)rax;
}

/* The same with a fourth argument. */
static inline hyp_result_t hypercall4(uint32_t number, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth)
{
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;
    register uint64_t r10 __asm__("r10") = fourth;

    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(third), "r"(r10) : "rcx", "r11", "memory");
    return (hyp_result_t)rax;
}

#endif
