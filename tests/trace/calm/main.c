/* Computes, and calls nobody. */
#include <hyp.h>

void partition_main(void)
{
    for (volatile uint32_t n = 0;; n++)
        ;
}
