/*
 * A logger: measures what the kernel costs it, and prints one summary every 100 ms.
 *
 * In the plan: any window of 100 us or more.
 */
#include <hyp.h>

#define PERIOD 100000000u /* ns */
#define CALLS 64          /* per measurement: smooths out what one reading of the clock costs */

/* ns for one null call, wrapper included. */
static hyp_time_t nop_cost(void)
{
    hyp_time_t start = hyp_time();

    for (int i = 0; i < CALLS; i++)
        hyp_nop();
    return (hyp_time() - start) / CALLS;
}

/* ns for one reading of the time page. */
static hyp_time_t clock_cost(void)
{
    hyp_time_t start = hyp_time();

    for (int i = 0; i < CALLS; i++)
        hyp_time();
    return (hyp_time() - start) / CALLS;
}

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    hyp_time_t print_at = info->window_start + PERIOD;
    hyp_time_t shortest = UINT64_MAX;
    unsigned windows = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (;;) {
        hyp_time_t net = info->window_end - info->window_start;

        if (info->window_start >= print_at) {
            hyp_printf("%u windows of %llu ns or more, ran %llu us in all, null call %llu ns, clock %llu ns\n", windows,
                       (unsigned long long)shortest, (unsigned long long)hyp_time_get(HYP_CLOCK_EXECUTION) / 1000,
                       (unsigned long long)nop_cost(), (unsigned long long)clock_cost());
            print_at += PERIOD;
            windows = 0;
            shortest = UINT64_MAX;
        }
        windows++;
        if (net < shortest)
            shortest = net;
        hyp_yield();
    }
}
