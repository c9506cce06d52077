/*
 * A partition that misbehaves on purpose: every neighbour must go on as if it were not there.
 *
 * One act a window, then a flood of the console, and at last a privileged instruction, which ends it. In the plan:
 * `expect: health: {rogue: [illegal_hypercall, general_protection]}`.
 */
#include <hyp.h>

#include "acts.h"

#define FLOOD_WINDOWS 3
#define PAUSE_WINDOWS 60 /* the console needs the time to drain what the flood left */

static void flood(void)
{
    static const char line[] = "################################ FLOOD ################################\n";

    while (hyp_window_left() > 20000) /* ns: the last line of a window need not fit */
        hyp_console_write(line, sizeof line - 1);
}

void partition_main(void)
{
    for (int act = 0; act < ACTS; act++) {
        hyp_result_t result = act_try(act);

        hyp_printf("%s: %s\n", act_name(act), hyp_result_name(result));
        hyp_yield();
    }
    for (int window = 0; window < FLOOD_WINDOWS; window++) {
        flood();
        hyp_yield();
    }
    for (int window = 0; window < PAUSE_WINDOWS; window++)
        hyp_yield();
    hyp_printf("disabling all interrupts, for good\n");
    hyp_yield();
    __asm__ volatile("cli; 1: jmp 1b"); /* without a separation kernel, the end of the whole machine */
}
