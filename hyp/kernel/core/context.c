/* FPU state, time-stamp counter and device interrupts of the partition that is loaded or left. */
#include "context.h"
#include "fpu.h"
#include "irq.h"

void extras_load(struct core *core, const struct partition_plan *partition)
{
    uint32_t fpu = partition->flags & PARTITION_FPU;
    if ((core->extras & PARTITION_FPU) != fpu)
        fpu_switch(fpu != 0);
    if ((core->extras ^ partition->flags) & PARTITION_NO_TSC)
        cpu_toggle_cr4(CR4_TSD);
    core->extras = partition->flags;
    if (fpu)
        fpu_load(the_plan()->xcr0);
    if (partition->flags & PARTITION_IRQ)
        irqs_open(partition);
}

void extras_save(const struct core *core)
{
    if (core->extras & PARTITION_FPU)
        fpu_save(the_plan()->xcr0);
    if (core->extras & PARTITION_IRQ)
        irqs_close(core->partition);
}
