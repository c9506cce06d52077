/* The module as a whole: restarted in place, or ended. No window is promised while it restarts. */
#include "health.h"
#include "partition.h"
#include "ports.h"
#include "print.h"
#include "report.h"
#include "schedule.h"

_Noreturn void module_stop(struct core *core, uint32_t operation)
{
    if (operation == HYP_MODULE_HALT) {
        print("\nhyp: module halt\n");
        report_end(core);
    }
    int warm = operation == HYP_MODULE_WARM_RESTART;
    for (uint32_t n = 0; n < the_plan()->partition_count; n++)
        partition_ask_restart(&PLAN_TABLE(partition_plan, partitions)[n], warm ? REQUEST_WARM : REQUEST_COLD, HYP_START_MODULE,
                              NO_PARTITION);
    channels_reset();
    core->module_restarts[operation]++;
    if (!warm)
        health_forget(core);
    schedule_restart(core);
}
