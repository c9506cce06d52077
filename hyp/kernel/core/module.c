/* The module as a whole: restarted in place, or ended. No window is promised while it restarts. */
#include "health.h"
#include "irq.h"
#include "partition.h"
#include "ports.h"
#include "print.h"
#include "report.h"
#include "schedule.h"

_Noreturn void module_stop(struct core *core, uint32_t operation)
{
    if (operation == HYP_MODULE_HALT) {
        console_flush(core);
        print("hyp: module halt\n");
        report_end(core);
    }
    if (core->partition && core->window->partition->flags & PARTITION_IRQ)
        irqs_close(core->window->partition);
    int warm = operation == HYP_MODULE_WARM_RESTART;
    for (uint32_t n = 0; n < the_plan()->partition_count; n++) {
        const struct partition_plan *partition = &the_plan()->partitions[n];
        partition_ask_restart(partition, warm ? REQUEST_WARM : REQUEST_COLD, HYP_START_MODULE, NO_PARTITION);
        __atomic_store_n(&partition->state->control, 0, __ATOMIC_RELAXED);     /* what was asked before is past */
    }
    channels_reset();
    core->module_restarts[operation]++;
    core->attention = 0;
    core->failing = 0;
    if (!warm)
        health_forget(core);
    /* On a fresh stack: this one may be a fault's. */
    __asm__ volatile("mov %0, %%rsp\n\tcall %c1" : : "m"(core->stack), "i"(schedule_restart), "D"(core));
    __builtin_unreachable();
}
