/*
 * A partition with a fault that shows after a few windows, in each of its lives.
 *
 * In the plan: any window, and `expect: health: {<name>: invalid_opcode}`.
 */
#include <hyp.h>

#define WORKS 3 /* windows */

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    hyp_printf("started by %s, %u times cold\n", hyp_start_cause_name(info->start_cause), (unsigned)info->cold_starts);
    hyp_mode_set(HYP_MODE_NORMAL);
    for (int window = 0; window < WORKS; window++)
        hyp_yield();
    __builtin_trap();
}
