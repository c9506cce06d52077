/*
 * Cyclic windows on one core. The compiler has put them in order and says where idle time follows; here each window ends
 * with one step: the next release, or idling until a guard before it. Owns the core's window, phase, deadline and frame.
 * The path from a timer interrupt to a release is the kernel's hottest: it calls nothing that returns.
 */
#include "schedule.h"
#include "apic.h"
#include "console.h"
#include "context.h"
#include "control.h"
#include "entry.h"
#include "event.h"
#include "fpu.h"
#include "frame.h"
#include "gate.h"
#include "health.h"
#include "irq.h"
#include "marks.h"
#include "timer.h"
#include "trace.h"
#include "vectors.h"
#include "wait.h"

HOT void info_window(const struct core *core, const struct window_plan *window, uint64_t released)
{
    uint64_t frame = core->frame_start_ns;
    INFO->window_start = frame + window->at_ns;
    INFO->window_end = frame + window->end_ns;
    INFO->next_start = frame + window->next_start_ns;
    INFO->next_end = frame + window->next_end_ns;
    INFO->execution_base = released;
}

/* ---- Release: the partition of `window` is ready and its page tables are in force. */

/* The longest path so far. One so long that the spin's 32-bit look at the clock would take it for early comes here each time. */
COLD void release_path(struct core *core, struct window_counters *counters, int64_t path, uint64_t start)
{
    counters->path_max = (uint32_t)(path < SPIN_REACH ? path : SPIN_REACH);
    if (path <= SPIN_REACH)
        return;
    mark_start(core);
    core->overshoot = (uint64_t)-ticks_until(start, cpu_tsc()) + 2;
    exit_loaded();
}

COLD _Noreturn void release_draining(struct core *core, uint64_t start)
{
    console_drain(core, start - marks.lead);
    mark_start(core);
    exit_release((uint32_t)start);
}

/* `until`: what the timer is armed for, the window's net end or an alarm before it. */
HOT _Noreturn void release_ready(struct core *core, const struct window_plan *window, const struct partition_plan *runner,
                                 uint64_t release_at, uint64_t until)
{
    struct window_counters *counters = window->counters;
    context_load(core, runner);
    uint64_t start = release_at - EXIT_TICKS, now = cpu_tsc();
    timer_arm(core, until, now);
    int64_t path = (int64_t)(now + core->guard_ticks - release_at);     /* negative after a short idle time */
    if (counters->path_max < path)
        release_path(core, counters, path, start);
    if (console_or_marks())
        release_draining(core, start);
    exit_release((uint32_t)start);
}

/* For the paths that are not the hottest: one copy of it serves them all. */
_Noreturn void schedule_release(struct core *core, const struct partition_plan *runner, uint64_t release_at)
{
    uint64_t alarm = core->window->partition->state->alarm;
    release_ready(core, core->window, runner, release_at, alarm < core->deadline ? alarm : core->deadline);
}

/* The partition is not simply ready: a start, control, events, an alarm, a wait, or a window without it. */
COLD _Noreturn void release_unready(struct core *core, uint64_t release_at)
{
    const struct window_plan *window = core->window;
    const struct partition_plan *partition = window->partition;
    struct partition_state *state = partition->state;
    core->partition = partition;
    core->overshoot = 0;
    control_apply(core, partition);
    INFO->execution_base = release_at;
    if (state->status == STATUS_READY && timers_expire(core, state, release_at))
        health_absent(core, partition, HYP_HEALTH_WATCHDOG);
    int restarted = state->request > REQUEST_START;
    if (restarted)
        mark_start(core);               /* its work may go on beyond the window's start */
    if (state->propagated && state->status == STATUS_READY && state->mode == HYP_MODE_NORMAL && !trap_handler()) {
        health_log(core, partition->id, (uint32_t)__builtin_ctzll(state->propagated), HYP_ACTION_HALT, release_at, 0);
        partition_halt(state, STATUS_HALTED);           /* nobody there to handle it */
    }
    if (state->status != STATUS_READY || !partition_prepare(core, partition)) {
        window->counters->not_ready++;
        window_rest(core);
    }
    window->counters->not_ready += (uint64_t)restarted;
    events_collect(state);
    if (CONTROL->window_event) {
        __atomic_fetch_or(&CONTROL->pending[0], 1ull << HYP_EVENT_WINDOW, __ATOMIC_RELAXED);
        if (traced(TRACED_EVENTS))
            trace_raised(partition->id, HYP_EVENT_WINDOW);
    }
    if (state->wait_kind != WAIT_NONE && !wait_over(state, release_at))
        window_sleep(core);
    info_window(core, window, release_at);
    if (state->attention & ATTENTION_GATE)
        gate_release(core, release_at);
    upcall_deliver(state);
    if (restarted && ticks_until(release_at - EXIT_TICKS, cpu_tsc()) < (int64_t)core->guard_ticks / 2)
        schedule_resume(core);          /* the restart took part of the window, which is the partition's own */
    schedule_release(core, partition, release_at);
}

/* status and request as one word; 0 when there is nothing but to run, ATTENTION_EVENTS when nothing but events waits. */
HOT uint64_t unready(const struct partition_state *state)
{
    uint64_t ready;
    __builtin_memcpy(&ready, &state->status, sizeof ready);
    return ready | state->attention;
}

_Static_assert(OFFSET_PARTITION_STATE_REQUEST == OFFSET_PARTITION_STATE_STATUS + 4, "read as one");

/* Its instants, and its record. */
HOT uint64_t window_begin(struct core *core, const struct window_plan *window)
{
    const struct window_counters *counters = window->counters;
    uint64_t release_at = core->frame_tsc + counters->at_ticks;
    core->window = window;
    core->deadline = core->frame_tsc + counters->end_ticks;
    trace_window(core, release_at, window->started);
    return release_at;
}

HOT _Noreturn void release(struct core *core, const struct window_plan *window)
{
    struct partition_state *state = window->partition->state;
    uint64_t release_at = window_begin(core, window), deadline = core->deadline, why;
    core->partition = window->partition;
    cpu_set_root(window->root);
    if (CONTROL->window_event || state->alarm < deadline)
        release_unready(core, release_at);
    why = unready(state);
    if (why) {
        if (why != ATTENTION_EVENTS)
            release_unready(core, release_at);
        events_move(state);
        upcall_start(state);
    }
    info_window(core, window, release_at);
    release_ready(core, window, window->partition, release_at, deadline);
}

/* For the paths that are not the hottest. */
COLD _Noreturn void release_from_idle(struct core *core)
{
    const struct window_plan *window = core->window;
    uint64_t release_at = window_begin(core, window);
    cpu_set_root(window->root);
    release_unready(core, release_at);
}

/* Runs the partition of the current window now, in what is left of it. */
_Noreturn void schedule_resume(struct core *core)
{
    uint64_t now = cpu_tsc();
    context_load(core, core->window->partition);
    info_window(core, core->window, now);
    timers_rearm(core, core->partition->state);
    exit_loaded();
}

/* ---- The end of a window, and what comes after it. */

COLD void window_was_late(struct core *core, struct trace_record *record)
{
    uint32_t late = (uint32_t)(core->overshoot - 2);
    struct window_counters *counters = core->window->counters;
    if (late > ticks_of(core, the_plan()->release_tolerance_ns))
        health_absent(core, core->window->partition, HYP_HEALTH_LATE_START);
    if (counters->late_max < late)
        counters->late_max = late;
    if (counters->late_min > late)
        counters->late_min = late;
    record->value = late;
}

_Noreturn void schedule_start(struct core *core)
{
    mark_end();
    core->phase = PHASE_BEFORE;
    core->deadline = core->frame_tsc + core->window->counters->at_ticks - core->guard_ticks;
    core->wake = core->deadline;
    console_idle(core);
}

COLD _Noreturn void window_next(struct core *core, uint32_t flags)
{
    if (flags & (WINDOW_DEADLINE | WINDOW_PERIOD_END)) {
        core->window--;                 /* the one that has ended, for the records */
        supervise(core, core->window);
        core->window++;
    }
    if (flags & WINDOW_LAST) {
        uint64_t idle_from = core->deadline;
        frame_end(core);
        flags |= ticks_until(core->frame_tsc + core->window->counters->at_ticks, idle_from) > (int64_t)(2 * core->guard_ticks);
    }
    if (flags & WINDOW_GAP)
        schedule_start(core);
    release_from_idle(core);
}

HOT void window_count(struct core *core, const struct window_plan *window, uint64_t now)
{
    struct window_counters *counters = window->counters;
    counters->delivered++;
    struct trace_record *record = trace_window(core, now, HYP_TRACE_WINDOW_END);
    if (core->overshoot > 2)
        window_was_late(core, record);
    else
        counters->late_min = 0;
    core->window = window + 1;
}

/* ---- Timer interrupts. */

/* Before the window's end: an alarm of the partition, or an expiry that came too early. */
_Noreturn void timer_in_window(uint64_t now)
{
    struct core *core = this_core();
    apic_end_of_interrupt();
    struct partition_state *state = core->partition->state;
    if (core->extras & EXTRA_GUEST)
        gate_alarm(core, now);
    if (now < state->alarm)
        core->spurious++;
    else {
        if (timers_expire(core, state, now))
            health_partition(core, HYP_HEALTH_WATCHDOG);
        upcall_deliver_events(state);
    }
    timer_arm(core, state->alarm < core->deadline ? state->alarm : core->deadline, cpu_tsc());
    exit_now();
}

/* A sleeper's instant has come, before its window's end. */
COLD _Noreturn void timer_in_sleep(struct core *core, uint64_t now)
{
    const struct partition_plan *partition = core->window->partition;
    core->partition = partition;
    cpu_set_root(core->window->root);
    INFO->execution_base = now;
    if (now >= partition->state->alarm && timers_expire(core, partition->state, now)) {
        health_absent(core, partition, HYP_HEALTH_WATCHDOG);
        if (partition->state->status != STATUS_READY || partition->state->request != REQUEST_NONE)
            window_rest(core);
    }
    if (partition->state->attention & ATTENTION_GATE)
        gate_resume(core);
    events_collect(partition->state);
    if (!wait_over(partition->state, now))
        window_sleep(core);
    upcall_deliver(partition->state);
    schedule_resume(core);
}

/* After it. */
_Noreturn void timer_in_partition(uint64_t now)
{
    struct core *core = this_core();
    apic_end_of_interrupt();
    context_save(core, now);
    const struct window_plan *window = core->window;
    window_count(core, window, now);
    if (window->flags)
        window_next(core, window->flags);
    release(core, window + 1);
}

_Noreturn void timer_in_idle(void)
{
    struct core *core = this_core();
    uint64_t now = cpu_tsc();
    apic_end_of_interrupt();
    cpu_set_priority(PRIORITY_BUSY);
    if (now < core->wake)
        console_idle(core);
    if (core->phase == PHASE_BEFORE)
        release_from_idle(core);
    if (now < core->deadline)
        timer_in_sleep(core, now);
    if (core->phase == PHASE_SLEEP && core->window->partition->flags & PARTITION_IRQ)
        irqs_close(core->window->partition);
    const struct window_plan *window = core->window;
    window_count(core, window, now);
    window_next(core, window->flags);
}

_Noreturn void schedule_restart(struct core *core)
{
    apic_end_of_interrupt();            /* a fault may have come before it */
    frame_restart(core);
    schedule_start(core);
}
