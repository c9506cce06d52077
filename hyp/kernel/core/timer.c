/*
 * One timer per clock and partition, and its watchdog. What the partition says in ns becomes ticks when it is set, so that an expiry
 * only compares. A period is added to the planned ns, so nothing drifts; missed periods are counted and skipped, never replayed
 * (ABI, time).
 */
#include "timer.h"
#include "apic.h"
#include "event.h"

_Static_assert(HYP_EVENT_TIMER == HYP_CLOCK_MONOTONIC && HYP_EVENT_TIMER_EXECUTION == HYP_CLOCK_EXECUTION, "a clock is its event");

void timers_clear(struct partition_state *state)
{
    for (uint32_t clock = 0; clock < 2; clock++) {
        state->timer_due[clock] = NEVER;
        state->timer_missed[clock] = 0;
    }
    state->watchdog_due = NEVER;
    state->alarm = NEVER;
    __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_EXECUTION, __ATOMIC_RELAXED);
}

void timer_put(const struct core *core, struct partition_state *state, uint64_t clock, uint64_t at)
{
    state->timer_at[clock] = at;
    state->timer_due[clock] = at == NEVER ? NEVER : clock == HYP_CLOCK_MONOTONIC ? tsc_at(core, at) : ticks_of(core, at);
    if (clock == HYP_CLOCK_MONOTONIC)
        return;
    if (at == NEVER)
        __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_EXECUTION, __ATOMIC_RELAXED);
    else
        __atomic_fetch_or(&state->attention, ATTENTION_EXECUTION, __ATOMIC_RELAXED);
}

/* Of the window's partition, whose slot is in force, while it runs or is about to. */
static uint64_t ticks_run(uint64_t now)
{
    return INFO->execution_time + (now - INFO->execution_base);
}

static __attribute__((noinline)) void alarm_find(struct partition_state *state, uint64_t now)
{
    uint64_t monotonic = state->timer_due[HYP_CLOCK_MONOTONIC], execution = state->timer_due[HYP_CLOCK_EXECUTION];
    uint64_t alarm = monotonic < state->watchdog_due ? monotonic : state->watchdog_due;
    if (execution != NEVER) {
        uint64_t used = ticks_run(now), due = now + (execution > used ? execution - used : 0);
        alarm = alarm < due ? alarm : due;
    }
    state->alarm = alarm;
}

/* The next instant of a periodic timer; its clock's time may lag: ns made from ticks are rounded down. */
static __attribute__((noinline)) void timer_again(const struct core *core, struct partition_state *state, uint64_t clock, uint64_t now)
{
    uint64_t at = state->timer_at[clock], period = state->timer_period[clock], now_ns = clock == HYP_CLOCK_MONOTONIC ? ns_at(core, now) : ns_of(core, ticks_run(now));
    uint64_t skipped = now_ns > at ? (now_ns - at) / period : 0;
    state->timer_missed[clock] += skipped;
    timer_put(core, state, clock, at + (skipped + 1) * period);
}

static __attribute__((always_inline)) inline void timer_due(const struct core *core, struct partition_state *state, uint64_t clock, uint64_t now)
{
    uint64_t bit = 1ull << clock;
    state->timer_missed[clock] += (__atomic_fetch_or(&CONTROL->pending[0], bit, __ATOMIC_RELAXED) & bit) != 0;
    if (traced(TRACED_EVENTS))
        trace_raised(core->partition->id, (uint32_t)clock);
    if (state->timer_period[clock])
        timer_again(core, state, clock, now);
    else if (clock == HYP_CLOCK_MONOTONIC)
        state->timer_due[clock] = NEVER;
    else
        timer_put(core, state, clock, NEVER);
}

int timers_expire(const struct core *core, struct partition_state *state, uint64_t now)
{
    if (now >= state->timer_due[HYP_CLOCK_MONOTONIC])
        timer_due(core, state, HYP_CLOCK_MONOTONIC, now);
    uint64_t execution = state->timer_due[HYP_CLOCK_EXECUTION];
    if (execution != NEVER && ticks_run(now) >= execution)
        timer_due(core, state, HYP_CLOCK_EXECUTION, now);
    int bark = 0;
    if (now >= state->watchdog_due) {
        state->watchdog_due = NEVER;
        bark = 1;
    }
    alarm_find(state, now);
    return bark;
}

void timers_rearm(struct core *core, struct partition_state *state)
{
    alarm_find(state, cpu_tsc());
    uint64_t alarm = core->window->partition->state->alarm;
    timer_arm(core, alarm < core->deadline ? alarm : core->deadline, cpu_tsc());
}

void watchdog_start(const struct core *core, const struct partition_plan *partition)
{
    if (partition->watchdog_ns)
        partition->state->watchdog_due = cpu_tsc() + ticks_of(core, partition->watchdog_ns);
}
