/* Calls through gates: six words each way, in registers. The server runs in the caller's window. */
#include "hyp.h"
#include "hypercall.h"

#define GATE_NUMBERS 0x10000u

/* Both calls hand over and take back the same six registers. */
static inline hyp_result_t gate_hypercall(uint64_t number, uint64_t words[6])
{
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;
    uint64_t fourth = words[3], fifth = words[4], sixth = words[5];
    register uint64_t r10 __asm__("r10") = fourth;
    register uint64_t r8 __asm__("r8") = fifth;
    register uint64_t r9 __asm__("r9") = sixth;

    __asm__ volatile("syscall"
                     : "+a"(rax), "+D"(words[0]), "+S"(words[1]), "+d"(words[2]), "+r"(r10), "+r"(r8), "+r"(r9)
                     :
                     : "rcx", "r11", "memory");
    words[3] = r10;
    words[4] = r8;
    words[5] = r9;
    return (hyp_result_t)rax;
}

hyp_result_t hyp_gate_call(hyp_gate_t gate, uint64_t words[6])
{
    if (gate < 0 || (uint32_t)gate >= GATE_NUMBERS)
        return HYP_INVALID_PARAM;
    return gate_hypercall((uint64_t)gate << 16 | HYP_CALL_GATE_CALL, words);
}

void hyp_gate_serve(void (*serve)(int caller, uint64_t words[6]))
{
    uint64_t words[6] = {0};

    for (;;) {
        hyp_result_t caller = gate_hypercall(HYP_CALL_GATE_REPLY_WAIT, words);

        if (caller < 0)
            return;
        serve((int)caller, words);
    }
}
