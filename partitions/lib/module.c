/* Calls about the whole module: its schedules, its health log, its restart. */
#include <string.h>

#include "hyp.h"
#include "hypercall.h"

static const struct hyp_schedule_entry *schedules(void)
{
    return (const struct hyp_schedule_entry *)((const char *)hyp_info() + hyp_info()->schedules.offset);
}

hyp_result_t hyp_schedule_switch(const char *name)
{
    for (uint32_t i = 0; i < hyp_info()->schedules.count; i++)
        if (strncmp(schedules()[i].name, name, HYP_NAME_SIZE) == 0)
            return hypercall(HYP_CALL_SCHEDULE_SWITCH, schedules()[i].id, 0, 0);
    return HYP_INVALID_CONFIG;
}

const char *hyp_schedule_name(uint32_t id)
{
    for (uint32_t i = 0; i < hyp_info()->schedules.count; i++)
        if (schedules()[i].id == id)
            return schedules()[i].name;
    return "unknown";
}

hyp_result_t hyp_schedule_status(hyp_schedule_status_t *status)
{
    return hypercall(HYP_CALL_SCHEDULE_STATUS, (uintptr_t)status, 0, 0);
}

hyp_result_t hyp_health_raise(uint32_t code)
{
    return hypercall(HYP_CALL_HEALTH_RAISE, code, 0, 0);
}

hyp_result_t hyp_health_read(hyp_health_record_t *records, size_t count)
{
    size_t done = 0;
    hyp_result_t result;

    /* The kernel gives a few at a time. Asking for none says whether we may ask at all. */
    do {
        result = hypercall(HYP_CALL_HEALTH_READ, (uintptr_t)(records + done), count - done, 0);
        if (result > 0)
            done += (size_t)result;
    } while (result > 0 && done < count);
    return done > 0 ? (hyp_result_t)done : result;
}

hyp_result_t hyp_health_status(hyp_health_status_t *status)
{
    return hypercall(HYP_CALL_HEALTH_STATUS, (uintptr_t)status, 0, 0);
}

hyp_result_t hyp_module_control(int operation)
{
    return hypercall(HYP_CALL_MODULE_CONTROL, (uint32_t)operation, 0, 0);
}

hyp_result_t hyp_module_status(hyp_module_status_t *status)
{
    return hypercall(HYP_CALL_MODULE_STATUS, (uintptr_t)status, 0, 0);
}
