/*
 * Cyclic windows on one core. The compiler has put them in order and says where idle time follows; here the instants of a
 * frame become TSC values, and each window ends with one step: the next release, or idling until a guard before it.
 * Owns the core's window, phase, deadline and frame words.
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

/* ---- Context of the loaded partition. */

static inline void context_save(struct core *core)
{
    struct save_area *save = SAVE;
    __asm__ volatile("rdfsbase %0\n\tswapgs\n\trdgsbase %1\n\tswapgs" : "=r"(save->fs_base), "=r"(save->gs_base));
    if (core->partition->flags & PARTITION_FPU)
        fpu_save(the_plan()->xcr0);
    core->partition->state->execution += cpu_tsc() - core->partition->state->released;
    core->partition = 0;
    core->rights = 0;
}

static inline void context_load(struct core *core, const struct partition_plan *partition)
{
    const struct save_area *save = SAVE;
    __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\twrfsbase %1\n\t"
                     "swapgs\n\tmov %0, %%gs\n\twrgsbase %2\n\tswapgs"
                     : : "r"(0), "r"(save->fs_base), "r"(save->gs_base) : "memory");
    uint64_t fpu = partition->flags & PARTITION_FPU;
    if (core->fpu_owner_flags != fpu) {
        core->fpu_owner_flags = fpu;
        fpu_switch(fpu != 0);
    }
    if (fpu)
        fpu_load(the_plan()->xcr0);
    core->partition = partition;
    core->rights = partition->rights;
}

/* ---- Release. */

static inline void info_window(const struct core *core, const struct window_plan *window, const struct partition_state *state)
{
    uint64_t frame = core->frame_start_ns;
    INFO->window_start = frame + window->at_ns;
    INFO->window_end = frame + window->end_ns;
    INFO->next_start = frame + window->next_start_ns;
    INFO->next_end = frame + window->next_end_ns;
    INFO->execution_time = state->execution;
    INFO->execution_base = state->released;
}

/* The slow half of a release: the partition is not simply ready. Returns when it is, with nonzero if it was restarted. */
static __attribute__((noinline)) int release_unready(struct core *core, const struct window_plan *window)
{
    struct partition_state *state = window->partition->state;
    int restarted = state->request != REQUEST_START;
    if (state->status == STATUS_READY && partition_prepare(core, window->partition)) {
        window->counters->not_ready += (uint64_t)restarted;
        return restarted;
    }
    window->counters->not_ready++;
    core->overshoot = 0;
    schedule_rest(core);
}

static _Noreturn void release(struct core *core)
{
    const struct window_plan *window = core->window;
    const struct partition_plan *partition = window->partition;
    struct partition_state *state = partition->state;
    int restarted = 0;
    core->release_at = tsc_at(core, core->frame_start_ns + window->at_ns);
    core->deadline = tsc_at(core, core->frame_start_ns + window->end_ns);
    timer_arm(core, core->deadline);
    trace_window(core, core->release_at, TRACE_WINDOW_START, window->index);
    cpu_set_root(window->root);
    if (state->status | __atomic_load_n(&state->request, __ATOMIC_RELAXED))
        restarted = release_unready(core, window);
    state->released = core->release_at;
    context_load(core, partition);
    info_window(core, window, state);
    core->phase = PHASE_WINDOW;

    uint64_t start = core->release_at - EXIT_TICKS;
    int64_t left = ticks_until(start, cpu_tsc());
    if (!restarted) {
        uint64_t path = core->guard_ticks - EXIT_TICKS - (uint64_t)left;
        if (window->counters->path_max < path)
            window->counters->path_max = (uint32_t)path;
    }
    if (console_waiting()) {
        console_drain(core, start);
        left = ticks_until(start, cpu_tsc());
    }
    if (left > 0)
        exit_release((uint32_t)start);
    core->overshoot = restarted ? 0 : (uint64_t)-left + 2;      /* a restart may use the window; that is not lateness */
    exit_now();
}

_Noreturn void schedule_resume(struct core *core)
{
    struct partition_state *state = core->partition->state;
    state->released = cpu_tsc();
    context_load(core, core->partition);
    info_window(core, core->window, state);
    exit_now();
}

/* ---- The end of a window, and what comes after it. */

static inline void window_account(struct core *core)
{
    struct window_counters *counters = core->window->counters;
    uint32_t late = core->overshoot > 2 ? (uint32_t)(core->overshoot - 2) : 0;
    counters->delivered++;
    if (counters->late_min > late)
        counters->late_min = late;
    if (counters->late_max < late)
        counters->late_max = late;
    trace_window(core, cpu_tsc(), TRACE_WINDOW_END, late);
}

static _Noreturn void idle_until_release(struct core *core)
{
    core->phase = PHASE_IDLE;
    core->deadline = tsc_at(core, core->frame_start_ns + core->window->at_ns) - core->guard_ticks;
    console_idle(core);
}

/* The core's deadline has come: a window's net end, or the wake-up before a release. */
static _Noreturn void step(struct core *core)
{
    if (core->phase == PHASE_IDLE)
        release(core);
    const struct window_plan *window = core->window;
    if (core->phase == PHASE_WINDOW)
        context_save(core);
    window_account(core);
    core->window = window + 1;
    if (window->flags & WINDOW_LAST) {
        core->window = core->lane_first;
        core->frame_start_ns += core->schedule->major_frame_ns;
        if (++core->frame == core->frame_limit)
            report_end(core);
    }
    if (window->flags & WINDOW_GAP)
        idle_until_release(core);
    release(core);
}

_Noreturn void schedule_rest(struct core *core)
{
    if (core->partition)
        context_save(core);
    core->phase = PHASE_REST;
    console_idle(core);
}

/* ---- Timer interrupts; entry.S has saved the context. */

static inline void timer_spurious(struct core *core)
{
    core->spurious++;
    apic_end_of_interrupt();
    timer_arm(core, core->deadline);
}

_Noreturn void timer_in_partition(void)
{
    struct core *core = this_core();
    if (ticks_until(core->deadline, cpu_tsc()) > 0) {
        timer_spurious(core);
        exit_now();
    }
    apic_end_of_interrupt();
    step(core);
}

_Noreturn void timer_in_idle(void)
{
    struct core *core = this_core();
    apic_end_of_interrupt();
    if (ticks_until(core->deadline, cpu_tsc()) > 0)
        console_idle(core);
    step(core);
}

_Noreturn void schedule_start(struct core *core)
{
    const struct plan *plan = the_plan();
    const struct lane_plan *lane = &PLAN_TABLE(lane_plan, lanes)[core->id];
    core->schedule = PLAN_TABLE(schedule_plan, schedules);
    core->lane_first = &PLAN_TABLE(window_plan, windows)[lane->first];
    core->window = core->lane_first;
    uint64_t grain = ticks_of(core, EPOCH_GRAIN_NS), earliest = cpu_tsc() + 2 * ticks_of(core, plan->guard_ns);
    core->epoch = (earliest + grain - 1) / grain * grain;
    idle_until_release(core);
}
