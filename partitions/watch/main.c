/*
 * A watch over its neighbours: how old are the messages of the control loop, and who was faulty? When a neighbour had to be
 * halted, it switches to the schedule `degraded`, which has no window for it.
 *
 * In the plan: sampling ports `sensor` and `actuator` to read, and the grants `health_log: read` and `schedules: [degraded, normal]`.
 */
#include <hyp.h>

#include "../plant/messages.h"

#define PERIOD 200000000u /* ns, between reports */
#define RECORDS 4

/* One port, and what was seen there since the last report. */
struct seen {
    hyp_port_t port;
    hyp_time_t oldest; /* ns */
    unsigned invalid;
};

static void look(struct seen *seen, const hyp_call_t *call, const hyp_sampling_status_t *status)
{
    if (call->result != HYP_OK)
        return; /* nothing was written yet */
    if (status->age > seen->oldest)
        seen->oldest = status->age;
    seen->invalid += !status->valid;
}

/* Both ports with one way into the kernel. */
static void look_at_both(struct seen *first, struct seen *second)
{
    static hyp_sampling_status_t status[2];
    hyp_call_t calls[2] = {
        { .number = HYP_CALL_SAMPLING_STATUS, .arguments = { (uint64_t)first->port, (uintptr_t)&status[0] } },
        { .number = HYP_CALL_SAMPLING_STATUS, .arguments = { (uint64_t)second->port, (uintptr_t)&status[1] } },
    };

    if (hyp_multicall(calls, 2) != 2)
        return;
    look(first, &calls[0], &status[0]);
    look(second, &calls[1], &status[1]);
}

static void health_look(void)
{
    static hyp_health_record_t records[RECORDS];
    hyp_result_t count = hyp_health_read(records, RECORDS);

    for (hyp_result_t i = 0; i < count; i++) {
        hyp_printf("%s had %s at %llu us\n", hyp_partition_name(records[i].partition), hyp_health_event_name(records[i].event),
                   (unsigned long long)records[i].time / 1000);
        if (records[i].action == HYP_ACTION_HALT)
            hyp_printf("switch to degraded: %s\n", hyp_result_name(hyp_schedule_switch("degraded")));
    }
}

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    struct seen sensor = { .port = hyp_port("sensor") };
    struct seen actuator = { .port = hyp_port("actuator") };
    hyp_time_t print_at = info->window_start + PERIOD;
    hyp_schedule_status_t schedule;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (;; hyp_yield()) {
        look_at_both(&sensor, &actuator);
        health_look();
        if (info->window_start < print_at)
            continue;
        hyp_schedule_status(&schedule);
        hyp_printf("%s: sensor at most %llu us old, %u invalid; actuator %llu us, %u invalid\n", hyp_schedule_name(schedule.current),
                   (unsigned long long)sensor.oldest / 1000, sensor.invalid, (unsigned long long)actuator.oldest / 1000,
                   actuator.invalid);
        sensor.oldest = actuator.oldest = 0;
        print_at += PERIOD;
    }
}
