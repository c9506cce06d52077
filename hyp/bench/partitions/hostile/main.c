/* A neighbour that does one unpleasant thing all the time, or once; args say which. */
#include <hyp.h>

#include "acts.h"

#define RELEASES_BEFORE 40

void partition_main(void)
{
    act_t act = act_named(hyp_info()->args);

    if (act_is_final(act))
        for (uint32_t n = 0; n < RELEASES_BEFORE; n++)
            hyp_yield();
    for (;;)
        act();
}
