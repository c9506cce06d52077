/*
 * In each of its windows the next character of `args`: a letter is the schedule to switch to, `!` a warm restart of the module, after
 * which it does no more; `.` is nothing.
 */
#include <hyp.h>

void partition_main(void)
{
    hyp_module_status_t module;
    const char *next = hyp_info()->args;

    hyp_module_status(&module);
    hyp_mode_set(HYP_MODE_NORMAL);
    while (module.warm_restarts == 0 && *next != '\0') {
        const char name[2] = {*next++, '\0'};

        if (*name == '!')
            hyp_module_control(HYP_MODULE_WARM_RESTART);
        else if (*name != '.' && hyp_schedule_switch(name) != HYP_OK)
            hyp_verdict(0, name);
        hyp_yield();
    }
    for (;;)
        hyp_yield();
}
