/*
 * Major frames and schedules: what happens between two frames, and once a period. A schedule switch takes effect between two
 * major frames. Owns the core's frame and schedule words.
 */
#include "frame.h"
#include "control.h"
#include "health.h"
#include "report.h"
#include "schedule.h"

#define EPOCH_GRAIN_NS 1000u

uint32_t schedule_current(const struct core *core)
{
    return (uint32_t)(core->schedule - the_plan()->schedules);
}

uint64_t schedule_switch_at(const struct core *core)
{
    uint64_t frame = core->schedule->major_frame_ns, next = core->frame_start_ns + frame;
    uint64_t earliest = core->schedule_since + core->schedule->min_dwell_ns;
    return next >= earliest ? next : next + (earliest - next + frame - 1) / frame * frame;
}

static void schedule_set(struct core *core, uint32_t schedule)
{
    const struct lane_plan *lane = &the_plan()->lanes[schedule * the_plan()->core_count + core->id];
    core->schedule = &the_plan()->schedules[schedule];
    core->lane_first = &the_plan()->windows[lane->first];
    core->schedule_next = schedule;
    core->schedule_since = core->frame_start_ns;
}

/* As if each partition had been asked for it as the schedule begins: it is done at its next dispatch, whatever comes before. */
static void schedule_entered(const struct schedule_plan *schedule)
{
    for (uint64_t n = 0; n < schedule->switch_count; n++)
        control_ask(schedule->switches[n].state, schedule->switches[n].operation, NO_PARTITION);
}

void frame_end(struct core *core)
{
    core->lane_first->counters->frames++;
    core->frame_start_ns += core->schedule->major_frame_ns;
    core->frame_tsc = tsc_at(core, core->frame_start_ns);
    if (++core->frame == core->frame_limit)
        report_end(core);
    if (core->schedule_next != schedule_current(core) &&
        core->frame_start_ns >= core->schedule_since + core->schedule->min_dwell_ns) {
        schedule_set(core, core->schedule_next);
        schedule_entered(core->schedule);
    }
    core->window = core->lane_first;
}

/* A supervised partition in mode normal must have yielded by its deadline, and once in every period. `window` has just ended. */
void supervise(struct core *core, const struct window_plan *window)
{
    const struct partition_plan *partition = window->partition;
    struct partition_state *state = partition->state;
    uint64_t yielded = state->yielded, deadline = core->frame_tsc + ticks_of(core, window->deadline_ns);
    int judged = state->status == STATUS_READY && state->request == REQUEST_NONE && state->mode == HYP_MODE_NORMAL;
    if (window->flags & WINDOW_PERIOD_END)
        state->yielded = 0;
    if (judged && window->flags & WINDOW_DEADLINE && (yielded == 0 || yielded > deadline))
        health_absent(core, partition, HYP_HEALTH_DEADLINE_MISSED);
    if (judged && window->flags & WINDOW_PERIOD_END && yielded == 0)
        health_absent(core, partition, HYP_HEALTH_OVERRUN);
}

static void windows_to_ticks(const struct core *core)
{
    const struct window_plan *windows = the_plan()->windows;
    for (uint32_t n = 0; n < the_plan()->window_count; n++) {
        windows[n].counters->at_ticks = ticks_of(core, windows[n].at_ns);
        windows[n].counters->end_ticks = ticks_of(core, windows[n].end_ns);
    }
}

void schedule_init(struct core *core)
{
    windows_to_ticks(core);
    uint64_t grain = ticks_of(core, EPOCH_GRAIN_NS), earliest = cpu_tsc() + 2 * core->guard_ticks;
    core->epoch = (earliest + grain - 1) / grain * grain;
    core->frame_tsc = core->epoch;
    core->frame_start_ns = 0;
    schedule_set(core, 0);
    core->window = core->lane_first;
}

void frame_restart(struct core *core)
{
    uint64_t tsc = cpu_tsc(), now = ns_at(core, tsc > core->epoch ? tsc : core->epoch) + 2 * the_plan()->guard_ns;
    core->frame_start_ns = (now + EPOCH_GRAIN_NS - 1) / EPOCH_GRAIN_NS * EPOCH_GRAIN_NS;
    core->frame_tsc = tsc_at(core, core->frame_start_ns);
    schedule_set(core, 0);
    core->window = core->lane_first;
}
