/* The loaded partition's context but for its registers, which the entry's pushes have saved and the exit's pops load. */
#ifndef CONTEXT_H
#define CONTEXT_H

#include "event.h"

#define COLD static __attribute__((noinline))

/* FPU, time-stamp counter and interrupts: where they were in use, or are wanted. Saving leaves the window's slot in force. */
void extras_load(struct core *core, const struct partition_plan *partition);
void extras_save(const struct core *core);

HOT void context_save(struct core *core, uint64_t now)
{
    if (core->extras)
        extras_save(core);
    INFO->execution_time += now - INFO->execution_base;
    INFO->execution_base = now;
}

/* For ways out of a partition other than the timer's entry, which has saved the bases itself. */
static inline void bases_save(void)
{
    __asm__ volatile("rdfsbase %0\n\tswapgs\n\trdgsbase %1\n\tswapgs" : "=r"(SAVE->fs_base), "=r"(SAVE->gs_base));
}

/* All but registers and GS, which the exit loads; `core->partition` says already whose it is. */
HOT void context_load(struct core *core, const struct partition_plan *partition)
{
    core->rights = partition->rights;
    __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs\n\twrfsbase %1" : : "r"(0), "r"(SAVE->fs_base) : "memory");
    if (partition->flags | core->extras)
        extras_load(core, partition);
}

#endif
