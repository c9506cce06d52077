/*
 * A partition that raises an error of its own in each of its lives. The plan restarts it, but not for ever.
 *
 * In the plan: `health: {application_error: {action: warm_restart, limit: ..., then: halt}}`.
 */
#include <hyp.h>

#define CODE 7 /* its own; goes to the health log */

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    hyp_printf("life %u, started by %s\n", (unsigned)(info->cold_starts + info->warm_starts), hyp_start_cause_name(info->start_cause));
    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_yield();
    hyp_health_raise(CODE);
    hyp_verdict(0, "lived on after its error");
}
