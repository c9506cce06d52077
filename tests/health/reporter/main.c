/* Says how each life began and what the health log holds; with `args`, it only calls the kernel all the time. */
#include <hyp.h>

static hyp_health_record_t record;

static void read_log(void)
{
    while (hyp_health_read(&record, 1) == 1)
        if (record.event >= HYP_HEALTH_INTERNAL_ERROR)
            hyp_printf("record %s action=%u rip=%llx\n", hyp_health_event_name(record.event), record.action,
                       (unsigned long long)record.frame.rip);
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();
    hyp_module_status_t module;

    hyp_mode_set(HYP_MODE_NORMAL);
    while (info->args[0] != '\0')
        hyp_nop();
    hyp_module_status(&module);
    hyp_printf("start %s cold=%u warm=%u restarts=%u\n", hyp_start_cause_name(info->start_cause), info->cold_starts, info->warm_starts,
               module.warm_restarts);
    for (;;) {
        read_log();
        hyp_yield();
    }
}
