/*
 * The smallest partition worth running: says who it is, then counts its windows.
 *
 * In the plan: needs one window; `args` is shown as it is.
 */
#include <hyp.h>

#define LINES 5

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    hyp_printf("hello from %s, args \"%s\"\n", info->name, info->args);
    hyp_mode_set(HYP_MODE_NORMAL);
    for (int line = 1; line <= LINES; line++) {
        hyp_yield(); /* gives up the rest of the window; goes on in the next one */
        hyp_printf("window %d, released at %llu ns\n", line, (unsigned long long)info->window_start);
    }
    hyp_verdict(1, "said everything");
    /* Returning halts this partition; the others go on. */
}
