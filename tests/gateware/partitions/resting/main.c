/* Has nothing to do. */
#include <hyp.h>

void partition_main(void)
{
    for (;;)
        hyp_yield();
}
