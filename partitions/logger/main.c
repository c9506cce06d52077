/*
 * A logger: prints what others send it, and a summary of what the kernel costs every 100 ms.
 *
 * In the plan: any window of 100 us or more; may have a queuing port `log` to receive texts of up to 64 bytes.
 */
#include <hyp.h>

#define PERIOD 100000000u /* ns */
#define TEXT 64           /* bytes of the longest text */
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

/* Prints the texts that wait. */
static void log_print(hyp_port_t log)
{
    char text[TEXT];
    hyp_result_t length;

    while ((length = hyp_queuing_receive(log, text, sizeof text, 0)) > 0)
        hyp_printf("%.*s\n", (int)length, text);
}

void partition_main(void)
{
    hyp_port_t log = hyp_port("log");
    const volatile hyp_info_t *info = hyp_info();
    hyp_time_t print_at = info->window_start + PERIOD;
    hyp_time_t shortest = UINT64_MAX;
    unsigned windows = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (;;) {
        if (log >= 0)
            log_print(log);

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
