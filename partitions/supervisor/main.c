/*
 * A supervisor: looks at its ward in every window, and starts it again when it was halted; the third time it gives up.
 *
 * In the plan: the grant `partitions: {faulty: cold_restart}`.
 */
#include <hyp.h>

#define RESTARTS 2

void partition_main(void)
{
    hyp_partition_t ward = hyp_partition("faulty");
    int restarts = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (;; hyp_yield()) {
        hyp_partition_status_t status;
        hyp_result_t result = hyp_partition_status(ward, &status);

        if (result < 0) {
            hyp_verdict(0, "may not look at its ward");
            return;
        }
        if (status.status != HYP_STATUS_HALTED)
            continue;
        if (restarts == RESTARTS)
            break;
        restarts++;
        hyp_printf("faulty is halted: restart %d: %s\n", restarts, hyp_result_name(hyp_partition_control(ward, HYP_CONTROL_COLD_RESTART)));
        hyp_yield(); /* a restart is done in the ward's own next window */
    }
    hyp_printf("suspend it: %s\n", hyp_result_name(hyp_partition_control(ward, HYP_CONTROL_SUSPEND)));
    hyp_verdict(1, "restarted its ward, and gave up");
}
