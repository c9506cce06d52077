/* Built without the FPU, it uses it all the same: the instructions hide inside others, where no list of them looks. */
#include <hyp.h>

static void hidden(void)
{
    /* From its third byte on: fld1; fstp %st(0); pxor %xmm0, %xmm0 (f2 prefix-free); ret. */
    __asm__ volatile("jmp 2f\n\t"
                     "1: .byte 0x48, 0xb8, 0xd9, 0xe8, 0xdd, 0xd8, 0xc3, 0x90, 0x90, 0x90\n\t"
                     "2: call 1b + 2" : : : "rax", "memory");
}

void partition_main(void)
{
    uint64_t *log = (uint64_t *)hyp_area("log")->base;
    log[0] = 0x6e61676562u;
    hidden();
    log[1] = 0x6465766976727573u;
    for (;;)
        hyp_yield();
}
