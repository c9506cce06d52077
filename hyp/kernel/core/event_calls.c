/* Handlers of the calls about timers, waits, events and traps. The caller's slot is in force. */
#include "call.h"
#include "event.h"
#include "gate.h"
#include "timer.h"
#include "wait.h"

int64_t hypercall_timer_set(uint64_t clock, uint64_t at, uint64_t period);
int64_t hypercall_timer_cancel(uint64_t clock);
int64_t hypercall_watchdog_kick(void);
int64_t hypercall_idle_until(uint64_t at);
HYPERCALL hypercall_event_send(uint64_t event);
int64_t hypercall_event_unmask(void);
int64_t hypercall_event_wait(uint64_t mask, uint64_t until);
int64_t hypercall_upcall_return(void);
int64_t hypercall_trap_return(void);

/* ---- Timers and sleep. */

int64_t hypercall_timer_set(uint64_t clock, uint64_t at, uint64_t period)
{
    struct core *core = this_core();
    struct partition_state *state = core->partition->state;
    if (clock > HYP_CLOCK_EXECUTION || at > NS_LIMIT || period > NS_LIMIT || (period && period < HYP_TIMER_PERIOD_MIN))
        return HYP_INVALID_PARAM;
    uint64_t now = clock_ns(core, clock, cpu_tsc());
    if (at <= now && period == 0)
        return HYP_NO_ACTION;
    timer_put(core, state, clock, at > now ? at : at + ((now - at) / period + 1) * period);
    state->timer_period[clock] = period;
    state->timer_missed[clock] = 0;
    timers_rearm(core, state);
    return HYP_OK;
}

int64_t hypercall_timer_cancel(uint64_t clock)
{
    struct core *core = this_core();
    struct partition_state *state = core->partition->state;
    if (clock > HYP_CLOCK_EXECUTION)
        return HYP_INVALID_PARAM;
    if (state->timer_due[clock] == NEVER)
        return HYP_NO_ACTION;
    timer_put(core, state, clock, NEVER);
    timers_rearm(core, state);
    return (int64_t)state->timer_missed[clock];
}

int64_t hypercall_watchdog_kick(void)
{
    struct core *core = this_core();
    if (core->partition->watchdog_ns == 0)
        return HYP_INVALID_CONFIG;
    if (core->partition->state->mode == HYP_MODE_NORMAL) {
        watchdog_start(core, core->partition);
        timers_rearm(core, core->partition->state);
    }
    return HYP_OK;
}

int64_t hypercall_idle_until(uint64_t at)
{
    struct core *core = this_core();
    if (upcall_wanted() || at <= ns_at(core, cpu_tsc()))
        return HYP_OK;
    wait_begin(core, WAIT_IDLE, 0, at < NS_LIMIT ? tsc_at(core, at) : NEVER);
}

/* ---- Events, upcalls, traps. */

HYPERCALL hypercall_event_send(uint64_t event)
{
    struct core *core = this_core();
    const struct partition_plan *partition = core->partition;
    uint64_t place = event - partition->event_base;
    if (place >= partition->event_count)
        return HYP_INVALID_PARAM;
    event_raise(core, &partition->events[place]);
    return HYP_OK;
}

/* The caller's context goes on, or an upcall begins in its place: then the caller's result is in the slot already. */
static int64_t go_on(struct partition_state *state)
{
    events_collect(state);
    upcall_deliver(state);
    return (int64_t)SAVE->frame.rax;
}

int64_t hypercall_event_unmask(void)
{
    SAVE->frame.rax = HYP_OK;
    return go_on(this_core()->partition->state);
}

int64_t hypercall_event_wait(uint64_t mask, uint64_t until)
{
    struct core *core = this_core();
    if (mask == 0 || mask >> 63)        /* a result with that bit would read as an error */
        return HYP_INVALID_PARAM;
    events_collect(core->partition->state);
    uint64_t events = CONTROL->pending[0] & mask;
    if (events)
        return (int64_t)events;
    if (until <= ns_at(core, cpu_tsc()))
        return HYP_TIMED_OUT;
    wait_begin(core, WAIT_EVENT, mask, until < NS_LIMIT ? tsc_at(core, until) : NEVER);
}

int64_t hypercall_upcall_return(void)
{
    if (slot_restore(SLOT_UPCALL))
        return HYP_INVALID_PARAM;
    CONTROL->vif = 1;
    return go_on(this_core()->partition->state);
}

int64_t hypercall_trap_return(void)
{
    struct partition_state *state = this_core()->partition->state;
    if (!state->trap_busy)
        return HYP_NO_ACTION;
    if (slot_restore(SLOT_TRAP))
        return HYP_INVALID_PARAM;
    state->trap_busy = 0;
    return go_on(state);
}
