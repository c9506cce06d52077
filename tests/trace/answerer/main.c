/* Sends every request back as it came. */
#include <hyp.h>

static void answer(int caller, uint64_t words[6])
{
    (void)caller;
    (void)words;
}

void partition_main(void)
{
    hyp_gate_serve(answer);
}
