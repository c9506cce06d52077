/* What upcall and trap handlers run on: their stack, and an FPU that is theirs. */
#include "handlers.h"

uint64_t handlers_stack_base;
uint64_t handlers_stack_size;

void handlers_prepare(void)
{
    const hyp_area_t *stack = hyp_area("upcall_stack");

    if (stack == NULL)
        __builtin_trap(); /* the compiler gives one to every partition */
    handlers_stack_base = stack->base;
    handlers_stack_size = stack->size;
    control_page()->handler_stack = control_page()->trap_stack = stack->base + stack->size;
}

#ifdef __SSE__

void handlers_fpu_save(void *state)
{
    static const uint32_t mxcsr_at_call = 0x1f80; /* all SIMD exceptions masked (System V ABI, AMD64, 3.2.1) */

    __asm__ volatile("fxsave64 (%0)\n\tfninit\n\tldmxcsr %1" : : "r"(state), "m"(mxcsr_at_call) : "memory");
}

void handlers_fpu_restore(const void *state)
{
    __asm__ volatile("fxrstor64 (%0)" : : "r"(state) : "memory");
}

#else /* a partition without FPU: none of its code may even name one */

void handlers_fpu_save(void *state)
{
    (void)state;
}

void handlers_fpu_restore(const void *state)
{
    (void)state;
}

#endif
