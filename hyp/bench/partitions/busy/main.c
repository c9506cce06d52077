/* Uses every instruction that it gets. */
#include <hyp.h>

void partition_main(void)
{
    for (volatile uint64_t n = 0;; n++)
        ;
}
