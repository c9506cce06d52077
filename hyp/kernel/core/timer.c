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

static uint64_t execution_ns(const struct core *core, uint64_t now)
{
    return ns_of(core, INFO->execution_time + (now - INFO->execution_base));
}

static void alarm_find(const struct core *core, struct partition_state *state, uint64_t now)
{
    uint64_t ns = state->timer_at[HYP_CLOCK_MONOTONIC] < state->watchdog_at ? state->timer_at[HYP_CLOCK_MONOTONIC] : state->watchdog_at;
    uint64_t alarm = ns == NEVER ? NEVER : tsc_at(core, ns);
    uint64_t execution = state->timer_at[HYP_CLOCK_EXECUTION];
    if (execution != NEVER) {
        uint64_t used = execution_ns(core, now), left = execution > used ? ticks_of(core, execution - used) : 0;
        alarm = alarm < now + left ? alarm : now + left;
    }
    state->alarm = alarm;
}

static void timer_due(const struct core *core, struct partition_state *state, uint32_t clock, uint64_t now_ns, uint32_t event)
{
    uint64_t at = state->timer_at[clock], period = state->timer_period[clock];
    if (at > now_ns)
        return;
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
    /* An alarm is a tick value rounded down: the ns of the tick after it has certainly reached the planned ns. */
    uint64_t ns = ns_at(core, now + 1);
    timer_due(core, state, HYP_CLOCK_MONOTONIC, ns, HYP_EVENT_TIMER);
    timer_due(core, state, HYP_CLOCK_EXECUTION, execution_ns(core, now + 1), HYP_EVENT_TIMER_EXECUTION);
    int bark = state->watchdog_at <= ns;
    if (bark)
        state->watchdog_at = NEVER;
    alarm_find(core, state, now);
    return bark;
}

void timers_rearm(struct core *core, struct partition_state *state)
{
    uint64_t now = cpu_tsc();
    alarm_find(core, state, now);
    timer_arm(core, state->alarm < core->deadline ? state->alarm : core->deadline, now);
}

void watchdog_start(const struct core *core, const struct partition_plan *partition)
{
    if (partition->watchdog_ns)
        partition->state->watchdog_at = ns_at(core, cpu_tsc()) + partition->watchdog_ns;
}
