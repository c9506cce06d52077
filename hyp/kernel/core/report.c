/* What a run has counted, as lines that a host judges by. No partition runs any more. */
#include "report.h"
#include "console.h"
#include "health.h"
#include "print.h"
#include "trace.h"

static void report_windows(const struct plan *plan)
{
    const struct window_plan *windows = PLAN_TABLE(window_plan, windows);
    for (uint32_t n = 0; n < plan->window_count; n++) {
        const struct window_counters *counters = windows[n].counters;
        print_pair("hyp: window ", n);
        print_pair(" delivered=", counters->delivered);
        print_pair(" not_ready=", counters->not_ready);
        print_pair(" late=", counters->delivered ? counters->late_min : 0);
        print_pair("..", counters->late_max);
        print_pair(" path=", counters->path_max);
        print("\n");
    }
}

/* A lane's first window counts the frames of its schedule. */
static void report_schedules(const struct core *core)
{
    const struct plan *plan = the_plan();
    const struct lane_plan *lane = &PLAN_TABLE(lane_plan, lanes)[core->id];
    for (uint32_t n = 0; n < plan->schedule_count; n++, lane += plan->core_count) {
        print("hyp: schedule ");
        print(PLAN_TABLE(schedule_plan, schedules)[n].name);
        print_pair(" frames=", lane->count ? PLAN_TABLE(window_plan, windows)[lane->first].counters->frames : 0);
        print("\n");
    }
}

static void report_health(const char *name, uint32_t event, uint64_t count, uint64_t first)
{
    if (!count)
        return;
    print("hyp: health ");
    print(name);
    print(" ");
    print(health_event_name(event));
    print_pair(" count=", count);
    print_pair(" first=", first);
    print("\n");
}

static void report_restarts(uint32_t restarts)
{
    if (!restarts)
        return;
    print_pair("hyp: module restarts=", restarts);
    print("\n");
}

static void report_drops(const char *name, uint64_t bytes, uint64_t events)
{
    if (!bytes && !events)
        return;
    print("hyp: drops ");
    print(name);
    print_pair(" bytes=", bytes);
    print_pair(" events=", events);
    print("\n");
}

static void report_partition(const struct partition_plan *partition, const struct ring *ring)
{
    const struct partition_state *state = partition->state;
    for (uint32_t event = 0; event < HEALTH_EVENTS; event++)
        report_health(partition->name, event, state->health_count[event], state->health_first[event]);
    report_drops(partition->name, ring->dropped_bytes, ring->dropped_events);
    if (state->verdict) {
        print("hyp: verdict ");
        print(partition->name);
        print(state->verdict == VERDICT_PASSED ? " pass\n" : " fail\n");
    }
}

_Noreturn void report_end(struct core *core)
{
    const struct plan *plan = the_plan();
    console_flush(core);
    trace_flush(core);
    report_windows(plan);
    for (uint32_t n = 0; n < plan->partition_count; n++)
        report_partition(&PLAN_TABLE(partition_plan, partitions)[n], &plan->streams[n + 1]);
    for (uint32_t n = 0; n < sizeof core->module_count / sizeof *core->module_count; n++)
        report_health("module", FIRST_MODULE_EVENT + n, core->module_count[n], 0);
    report_drops("hyp", 0, core->health_lost);
    report_drops("hyp.trace", 0, core->trace_lost);
    report_schedules(core);
    report_restarts(core->module_restarts[HYP_MODULE_WARM_RESTART] + core->module_restarts[HYP_MODULE_COLD_RESTART]);
    print_pair("hyp: core ", core->id);
    print_pair(" frames=", core->frame);
    print_pair(" spurious=", core->spurious);
    print("\nhyp: end\n");
    if (plan->exit_port)
        port_write((uint16_t)plan->exit_port, (uint8_t)plan->exit_value);
    halt();
}
