/*
 * Cyclic windows on one core. The compiler has put them in order and says where idle time follows; here each window ends
 * with one step: the next release, or idling until a guard before it. Owns the core's window, phase, deadline and frame.
 * The path from a timer interrupt to a release is the kernel's hottest: it calls nothing that returns.
 */
#include "schedule.h"
#include "apic.h"
#include "console.h"
#include "entry.h"
#include "fpu.h"
#include "partition.h"
#include "report.h"
#include "trace.h"
#include "vectors.h"

#define EPOCH_GRAIN_NS 1000u
#define HOT static inline __attribute__((always_inline))
#define COLD static __attribute__((noinline))

/* ---- Context of the loaded partition; its registers are in the save area already. */

HOT void context_save(struct core *core, uint64_t now)
{
    INFO->execution_time += now - INFO->execution_base;
    if (core->fpu_flags)
        fpu_save(the_plan()->xcr0);
}

/* For ways out of a partition other than the timer's entry, which has saved the bases itself. */
static void bases_save(void)
{
    __asm__ volatile("rdfsbase %0\n\tswapgs\n\trdgsbase %1\n\tswapgs" : "=r"(SAVE->fs_base), "=r"(SAVE->gs_base));
}

/* Where the FPU was on or is wanted: switched if that differs, and loaded if wanted. */
COLD void fpu_change(struct core *core, uint32_t flags)
{
    if (core->fpu_flags != flags)
        fpu_switch(flags != 0);
    core->fpu_flags = flags;
    if (flags)
        fpu_load(the_plan()->xcr0);
}

/* All but registers and GS, which the exit loads. */
HOT void context_load(struct core *core, const struct partition_plan *partition)
{
    core->partition = partition;
    core->rights = partition->rights;
    __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\twrfsbase %1" : : "r"(0), "r"(SAVE->fs_base) : "memory");
    if (partition->flags | core->fpu_flags)
        fpu_change(core, partition->flags);
}

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

/* So late that the spin's 32-bit look at the clock would take it for early. */
COLD _Noreturn void release_late(struct core *core, uint64_t start)
{
    core->overshoot = (uint64_t)-ticks_until(start, cpu_tsc()) + 2;
    exit_loaded();
}

HOT _Noreturn void release_ready(struct core *core, const struct window_plan *window, uint64_t release_at)
{
    struct window_counters *counters = window->counters;
    context_load(core, window->partition);
    info_window(core, window, release_at);
    uint64_t start = release_at - EXIT_TICKS, now = cpu_tsc();
    timer_arm(core, core->deadline, now);
    uint64_t path = now + core->guard_ticks - release_at;
    if (counters->path_max < path)
        counters->path_max = (uint32_t)path;
    if (ticks_until(start, now) < -SPIN_REACH)
        release_late(core, start);
    if (console_waiting())
        console_drain(core, start);
    exit_release((uint32_t)start);
}

/* The partition is not simply ready: its first start, a restart, or a window without it. */
COLD _Noreturn void release_unready(struct core *core, uint64_t release_at)
{
    const struct window_plan *window = core->window;
    struct partition_state *state = window->partition->state;
    int restarted = state->request != REQUEST_START;
    window->counters->not_ready += (uint64_t)restarted;
    if (state->status != STATUS_READY || !partition_prepare(core, window->partition)) {
        core->overshoot = 0;
        core->phase = PHASE_REST;
        console_idle(core);
    }
    if (restarted && ticks_until(release_at - EXIT_TICKS, cpu_tsc()) < (int64_t)core->guard_ticks / 2)
        schedule_resume(core);          /* the restart took part of the window, which is the partition's own */
    release_ready(core, window, release_at);
}

HOT _Noreturn void release(struct core *core, const struct window_plan *window)
{
    const struct window_counters *counters = window->counters;
    const struct partition_state *state = window->partition->state;
    uint64_t release_at = core->frame_tsc + counters->at_ticks;
    core->window = window;
    core->deadline = core->frame_tsc + counters->end_ticks;
    trace_record(core, release_at, TRACE_WINDOW_START, window->index);
    cpu_set_root(window->root);
    if (state->status | __atomic_load_n(&state->request, __ATOMIC_RELAXED))
        release_unready(core, release_at);
    release_ready(core, window, release_at);
}

/* Runs the partition of the current window now, in what is left of it. */
_Noreturn void schedule_resume(struct core *core)
{
    uint64_t now = cpu_tsc();
    core->overshoot = 0;
    context_load(core, core->window->partition);
    info_window(core, core->window, now);
    timer_arm(core, core->deadline, now);
    exit_loaded();
}

/* ---- The end of a window, and what comes after it. */

COLD uint32_t window_was_late(const struct core *core)
{
    uint32_t late = (uint32_t)(core->overshoot - 2);
    struct window_counters *counters = core->window->counters;
    if (counters->late_max < late)
        counters->late_max = late;
    if (counters->late_min > late)
        counters->late_min = late;
    return late;
}

static _Noreturn void idle_before_release(struct core *core)
{
    core->phase = PHASE_BEFORE;
    core->deadline = core->frame_tsc + core->window->counters->at_ticks - core->guard_ticks;
    console_idle(core);
}

COLD _Noreturn void window_next(struct core *core, uint32_t flags)
{
    if (flags & WINDOW_LAST) {
        core->window = core->lane_first;
        core->frame_start_ns += core->schedule->major_frame_ns;
        core->frame_tsc = tsc_at(core, core->frame_start_ns);
        if (++core->frame == core->frame_limit)
            report_end(core);
    }
    if (flags & WINDOW_GAP)
        idle_before_release(core);
    release(core, core->window);
}

HOT _Noreturn void window_end(struct core *core, uint64_t now)
{
    const struct window_plan *window = core->window;
    struct window_counters *counters = window->counters;
    counters->delivered++;
    uint32_t late = 0;
    if (core->overshoot > 2)
        late = window_was_late(core);
    else
        counters->late_min = 0;
    trace_record(core, now, TRACE_WINDOW_END, late);
    core->window = window + 1;
    if (window->flags)
        window_next(core, window->flags);
    release(core, window + 1);
}

_Noreturn void schedule_rest(struct core *core)
{
    bases_save();
    context_save(core, cpu_tsc());
    core->phase = PHASE_REST;
    console_idle(core);
}

/* ---- Timer interrupts. */

static inline void timer_spurious(struct core *core, uint64_t now)
{
    core->spurious++;
    timer_arm(core, core->deadline, now);
}

_Noreturn void timer_in_partition(void)
{
    struct core *core = this_core();
    uint64_t now = cpu_tsc();
    apic_end_of_interrupt();
    if (now < core->deadline) {
        timer_spurious(core, now);
        exit_now();
    }
    context_save(core, now);
    window_end(core, now);
}

_Noreturn void timer_in_idle(void)
{
    struct core *core = this_core();
    uint64_t now = cpu_tsc();
    apic_end_of_interrupt();
    if (now < core->deadline)
        console_idle(core);
    if (core->phase == PHASE_BEFORE)
        release(core, core->window);
    window_end(core, now);
}

/* ---- Start. */

static void windows_to_ticks(const struct core *core)
{
    const struct window_plan *windows = PLAN_TABLE(window_plan, windows);
    for (uint32_t n = 0; n < the_plan()->window_count; n++) {
        windows[n].counters->at_ticks = ticks_of(core, windows[n].at_ns);
        windows[n].counters->end_ticks = ticks_of(core, windows[n].end_ns);
    }
}

_Noreturn void schedule_start(struct core *core)
{
    const struct lane_plan *lane = &PLAN_TABLE(lane_plan, lanes)[core->id];
    windows_to_ticks(core);
    core->schedule = PLAN_TABLE(schedule_plan, schedules);
    core->lane_first = &PLAN_TABLE(window_plan, windows)[lane->first];
    core->window = core->lane_first;
    uint64_t grain = ticks_of(core, EPOCH_GRAIN_NS), earliest = cpu_tsc() + 2 * core->guard_ticks;
    core->epoch = (earliest + grain - 1) / grain * grain;
    core->frame_tsc = core->epoch;
    idle_before_release(core);
}
