/* Leaves as much as it can in the FPU, and never stops writing to it. */
#include <hyp.h>

void partition_main(void)
{
    volatile double x = 1.0;

    __asm__ volatile("fld1\n\tfldpi\n\tfldl2e\n\tpcmpeqd %%xmm7, %%xmm7\n\tpcmpeqd %%xmm15, %%xmm15" : : : "memory", "xmm7", "xmm15");
    for (;;)
        x = x * 1.0000001 + 1e-9;
}
