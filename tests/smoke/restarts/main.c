/* In each of its lives it asks for the other schedule and then restarts the module: twice warm, once cold, from inside a window. */
#include <hyp.h>

#define BUSY 70000 /* ns */

void partition_main(void)
{
    hyp_module_status_t module;

    hyp_module_status(&module);
    hyp_printf("life after %u warm restarts, %u cold starts\n", module.warm_restarts, hyp_info()->cold_starts);
    for (uint32_t window = 0;; window++, hyp_yield()) {
        if (window == 2)
            hyp_schedule_switch("second");
        if (window != 6 || hyp_info()->cold_starts > 1)
            continue;
        for (hyp_time_t until = hyp_time() + BUSY; hyp_time() < until;)
            ;
        hyp_module_control(module.warm_restarts < 2 ? HYP_MODULE_WARM_RESTART : HYP_MODULE_COLD_RESTART);
    }
}
