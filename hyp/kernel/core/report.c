/* What a run has counted, as lines that a host judges by. No partition runs any more. */
#include "report.h"
#include "console.h"
#include "health.h"
#include "print.h"
#include "trace.h"

static void report_windows(const struct plan *plan)
{
    const struct window_plan *windows = plan->windows;
    for (uint32_t n = 0; n < plan->window_count; n++) {
        const struct window_counters *counters = windows[n].counters;
        print("hyp: window %u delivered=%lu not_ready=%lu late=%u..%u path=%u\n", n, counters->delivered, counters->not_ready,
              counters->delivered ? counters->late_min : 0, counters->late_max, counters->path_max);
    }
}

/* A lane's first window counts the frames of its schedule. */
static void report_schedules(const struct core *core)
{
    const struct plan *plan = the_plan();
    const struct lane_plan *lane = &plan->lanes[core->id];
    for (uint32_t n = 0; n < plan->schedule_count; n++, lane += plan->core_count)
        print("hyp: schedule %s frames=%u\n", plan->schedules[n].name, lane->count ? plan->windows[lane->first].counters->frames : 0);
}

static void report_health(const char *name, uint32_t event, uint32_t count, uint64_t first)
{
    if (count)
        print("hyp: health %s %s count=%u first=%lu\n", name, health_event_name(event), count, health_time(this_core(), first));
}

static void report_drops(const char *name, uint64_t bytes, uint64_t events)
{
    if (bytes | events)
        print("hyp: drops %s bytes=%lu events=%lu\n", name, bytes, events);
}

static void report_partition(const struct partition_plan *partition, const struct ring *ring)
{
    const struct partition_state *state = partition->state;
    for (uint32_t event = 0; event < HEALTH_EVENTS; event++)
        report_health(partition->name, event, state->health_count[event], state->health_first[event]);
    report_drops(partition->name, ring->dropped_bytes, ring->dropped_events);
    if (state->verdict)
        print("hyp: verdict %s %s\n", partition->name, state->verdict == VERDICT_PASSED ? "pass" : "fail");
}

_Noreturn void report_end(struct core *core)
{
    const struct plan *plan = the_plan();
    console_flush(core);
    trace_flush(core);
    report_windows(plan);
    for (uint32_t n = 0; n < plan->partition_count; n++)
        report_partition(&plan->partitions[n], &plan->streams[n + 1]);
    for (uint32_t n = 0; n < sizeof core->module_count / sizeof *core->module_count; n++)
        report_health("module", FIRST_MODULE_EVENT + n, core->module_count[n], 0);
    report_drops("hyp", 0, core->health_lost);
    report_drops("hyp.trace", 0, core->trace_lost);
    report_drops("hyp.input", core->input_lost, core->input_damaged);
    report_schedules(core);
    uint32_t restarts = core->module_restarts[HYP_MODULE_WARM_RESTART] + core->module_restarts[HYP_MODULE_COLD_RESTART];
    if (restarts)
        print("hyp: module restarts=%u\n", restarts);
    print("hyp: core %u frames=%lu spurious=%lu\nhyp: end\n", core->id, core->frame, core->spurious);
    if (plan->exit_port)
        port_write((uint16_t)plan->exit_port, (uint8_t)plan->exit_value);
    halt();
}
