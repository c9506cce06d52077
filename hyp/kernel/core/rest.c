/* Windows that nobody runs in: their partition is not ready, has yielded, or sleeps in a call. */
#include "apic.h"
#include "console.h"
#include "context.h"
#include "fpu.h"
#include "irq.h"
#include "marks.h"
#include "schedule.h"

/* A window without its partition. */
_Noreturn void window_rest(struct core *core)
{
    mark_start(core);
    if (core->phase == PHASE_SLEEP && core->window->partition->flags & PARTITION_IRQ)
        irqs_close(core->window->partition);
    core->phase = PHASE_REST;
    core->wake = core->deadline;
    console_idle(core);
}

/* Who runs in the window sleeps in a call; its context is saved. */
_Noreturn void window_sleep(struct core *core)
{
    const struct partition_plan *owner = core->window->partition;
    uint64_t wake = core->deadline, until = core->partition->state->wait_until, alarm = owner->state->alarm;
    wake = wake < until ? wake : until;
    wake = wake < alarm ? wake : alarm;
    if (owner->flags & PARTITION_IRQ)
        irqs_open(owner);
    mark_start(core);
    core->phase = PHASE_SLEEP;
    core->wake = wake;
    console_idle(core);
}

_Noreturn void schedule_rest(struct core *core)
{
    bases_save();
    context_save(core, cpu_tsc());
    core->phase = PHASE_REST;
    core->wake = core->deadline;
    console_idle(core);
}

/* Unlike a rest, a sleep leaves the partition its interrupts: one of them may be what it waits for. */
_Noreturn void schedule_sleep(struct core *core)
{
    bases_save();
    uint64_t now = cpu_tsc();
    if (core->extras & PARTITION_FPU)
        fpu_save(the_plan()->xcr0);
    if (core->extras & EXTRA_GUEST)
        cpu_set_root(core->window->root);
    INFO->execution_time += now - INFO->execution_base;
    INFO->execution_base = now;
    window_sleep(core);
}
