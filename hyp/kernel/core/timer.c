/*
 * One timer per clock and partition. Instants are ns and absolute; a period is added to the planned instant, so nothing drifts.
 * Missed periods are counted and skipped, never replayed (ABI, time).
 */
#include "timer.h"
#include "apic.h"
#include "event.h"

void timers_clear(struct partition_state *state)
{
    for (uint32_t clock = 0; clock < 2; clock++) {
        state->timer_at[clock] = NEVER;
        state->timer_missed[clock] = 0;
    }
    state->watchdog_at = NEVER;
    state->alarm = NEVER;
    __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_EXECUTION, __ATOMIC_RELAXED);
}

static void alarm_find(const struct core *core, struct partition_state *state, uint64_t now)
{
    uint64_t ns = state->timer_at[HYP_CLOCK_MONOTONIC] < state->watchdog_at ? state->timer_at[HYP_CLOCK_MONOTONIC] : state->watchdog_at;
    uint64_t alarm = ns == NEVER ? NEVER : tsc_at(core, ns);
    uint64_t execution = state->timer_at[HYP_CLOCK_EXECUTION];
    if (execution != NEVER) {
        uint64_t used = INFO->execution_time + (now - INFO->execution_base), due = ticks_of(core, execution);
        uint64_t left = due > used ? due - used : 0;
        alarm = alarm < now + left ? alarm : now + left;
    }
    state->alarm = alarm;
}

/* An armed timer's tick has come; `now_ns` is its clock's time, which may lag: ns made from ticks are rounded down. */
static void timer_due(const struct core *core, struct partition_state *state, uint32_t clock, uint64_t now_ns, uint32_t event)
{
    uint64_t at = state->timer_at[clock], period = state->timer_period[clock];
    now_ns = now_ns > at ? now_ns : at;
    uint64_t bit = 1ull << event;
    state->timer_missed[clock] += (__atomic_fetch_or(&CONTROL->pending[0], bit, __ATOMIC_RELAXED) & bit) != 0;
    if (traced(TRACED_EVENTS))
        trace_raised(core->partition->id, event);
    if (period == 0) {
        state->timer_at[clock] = NEVER;
        if (clock == HYP_CLOCK_EXECUTION)
            __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_EXECUTION, __ATOMIC_RELAXED);
        return;
    }
    uint64_t periods = (now_ns - at) / period + 1;
    state->timer_missed[clock] += periods - 1;
    state->timer_at[clock] = at + periods * period;
}

int timers_expire(const struct core *core, struct partition_state *state, uint64_t now)
{
    uint64_t monotonic = state->timer_at[HYP_CLOCK_MONOTONIC], execution = state->timer_at[HYP_CLOCK_EXECUTION];
    uint64_t used = INFO->execution_time + (now - INFO->execution_base);
    if (monotonic != NEVER && now >= tsc_at(core, monotonic))
        timer_due(core, state, HYP_CLOCK_MONOTONIC, ns_at(core, now), HYP_EVENT_TIMER);
    if (execution != NEVER && used >= ticks_of(core, execution))
        timer_due(core, state, HYP_CLOCK_EXECUTION, ns_of(core, used), HYP_EVENT_TIMER_EXECUTION);
    int bark = state->watchdog_at != NEVER && now >= tsc_at(core, state->watchdog_at);
    if (bark)
        state->watchdog_at = NEVER;
    alarm_find(core, state, now);
    return bark;
}

void timers_rearm(struct core *core, struct partition_state *state)
{
    uint64_t now = cpu_tsc();
    alarm_find(core, state, now);
    uint64_t alarm = core->window->partition->state->alarm;
    timer_arm(core, alarm < core->deadline ? alarm : core->deadline, now);
}

void watchdog_start(const struct core *core, const struct partition_plan *partition)
{
    if (partition->watchdog_ns)
        partition->state->watchdog_at = ns_at(core, cpu_tsc()) + partition->watchdog_ns;
}
