/* A partition's life: start, stop, restart, and its context in and out of the CPU. */
#ifndef PARTITION_H
#define PARTITION_H

#include "core.h"

#define SAVE (&slot_save)
#define INFO (&slot_info)

/* By words: the compiler's own copy of a frame takes twice as many steps, or four times. */
static inline void frame_copy(struct hyp_frame *to, const struct hyp_frame *from)
{
    __asm__ volatile("movl %2, %%ecx\n\trep movsq" : "+D"(to), "+S"(from) : "i"(sizeof *to / 8) : "rcx", "memory");
}

static inline void words_zero(void *at, uint64_t bytes)
{
    uint64_t words = bytes / 8;
    __asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(0) : "memory");
}

/* The rest of the window is the kernel's; the running partition stays as `status` says. */
_Noreturn void partition_stop(struct core *core, uint32_t status);

/* Restarts the running partition at once: the work is done in what is left of its windows. */
_Noreturn void partition_restart(struct core *core, uint32_t request, uint32_t cause);

/* Goes on with the start or restart that the running partition asks for, in a window of its own; returns when that has no time left. */
void partition_begin(struct core *core);

/* Words of a partition that does not run: it is stopped, or waits for a restart at its next dispatch. */
void partition_halt(struct partition_state *state, uint32_t status);
void partition_ask_restart(const struct partition_plan *partition, uint32_t request, uint32_t cause, uint32_t by);

/* Goes on with the start or restart that the loaded partition waits for, until it is done (returns 1) or the window's
 * end leaves no time (returns 0). */
int partition_prepare(struct core *core, const struct partition_plan *partition);

#endif
