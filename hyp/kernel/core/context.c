/* FPU state, time-stamp counter and device interrupts; the interrupts are those of the window's partition, whoever runs in it. */
#include "context.h"
#include "fpu.h"
#include "irq.h"

void extras_load(struct core *core, const struct partition_plan *partition)
{
    const struct partition_plan *owner = core->window->partition;
    uint32_t fpu = partition->flags & PARTITION_FPU, irq = owner->flags & PARTITION_IRQ;
    if ((core->extras & PARTITION_FPU) != fpu)
        fpu_switch(fpu != 0);
    if ((core->extras ^ partition->flags) & PARTITION_NO_TSC)
        cpu_toggle_cr4(CR4_TSD);
    core->extras = (partition->flags & ~(uint32_t)PARTITION_IRQ) | irq | (partition == owner ? 0 : EXTRA_GUEST);
    if (fpu)
        fpu_load(the_plan()->xcr0);
    if (irq)
        irqs_open(owner);
}

void extras_save(const struct core *core)
{
    if (core->extras & PARTITION_FPU)
        fpu_save(the_plan()->xcr0);
    if (core->extras & EXTRA_GUEST)
        cpu_set_root(core->window->root);
    if (core->extras & PARTITION_IRQ)
        irqs_close(core->window->partition);
}
