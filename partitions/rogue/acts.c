/* See acts.h. Goes below the library, which would not let some of this happen. */
#include "acts.h"

#define KERNEL 0xffffffff80100000u /* where the kernel's text begins */

static hyp_result_t raw_call(uint64_t rax, uint64_t first, uint64_t second)
{
    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(0ull) : "rcx", "r11", "memory");
    return (hyp_result_t)rax;
}

static hyp_result_t tagged_call(uint32_t number, uint64_t first, uint64_t second)
{
    return raw_call((uint64_t)HYP_HYPERCALL_TAG << 32 | number, first, second);
}

const char *act_name(int act)
{
    static const char *const names[ACTS] = {
        "unknown hypercall", "hypercall without the tag", "text at a null pointer", "text in the kernel",
        "text that ends past the address space", "control of a neighbour", "control of nobody", "an invented clock",
    };

    return names[act];
}

hyp_result_t act_try(int act)
{
    switch (act) {
    case 0: return tagged_call(0xffff, 0, 0);
    case 1: return raw_call(HYP_CALL_NOP, 0, 0);
    case 2: return tagged_call(HYP_CALL_CONSOLE_WRITE, 0, 100);
    case 3: return tagged_call(HYP_CALL_CONSOLE_WRITE, KERNEL, 100);
    case 4: return tagged_call(HYP_CALL_CONSOLE_WRITE, UINT64_MAX - 50, 100);
    case 5: return hyp_partition_control(hyp_info()->partition == 0 ? 1 : 0, HYP_CONTROL_HALT);
    case 6: return tagged_call(HYP_CALL_PARTITION_CONTROL, 0xfffffff0u, HYP_CONTROL_HALT);
    default: return hyp_time_get(77) == (hyp_time_t)HYP_INVALID_PARAM ? HYP_INVALID_PARAM : HYP_OK;
    }
}
