/* A supervised job that now and then takes too long: a late yield is `deadline_missed`, none at all is `overrun`. */
#include <hyp.h>

static void work(hyp_time_t length)
{
    for (hyp_time_t until = hyp_time() + length; hyp_time() < until;)
        ;
}

void partition_main(void)
{
    hyp_mode_set(HYP_MODE_NORMAL);
    for (unsigned job = 0;; job++) {
        /* The window gives 1 ms, the deadline is 600 us after its start. */
        hyp_time_t length = job == 10 ? 800000 : job == 20 ? 1500000 : 100000;
        if (length > 100000)
            hyp_printf("job %u takes %llu us\n", job, (unsigned long long)(length / 1000));
        work(length);
        hyp_yield();
    }
}
