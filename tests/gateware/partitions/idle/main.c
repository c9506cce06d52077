/* Computes without a call, so that every window ends by the timer. */
#include <hyp.h>

void partition_main(void)
{
    for (;;)
        __asm__ volatile("pause");
}
