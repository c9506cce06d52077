/* A partition's life: start, stop, restart, and its context in and out of the CPU. */
#ifndef PARTITION_H
#define PARTITION_H

#include "core.h"

#define SAVE ((struct save_area *)SLOT_SAVE)
#define INFO ((struct hyp_info *)SLOT_INFO)

/* The rest of the window is the kernel's; the running partition stays as `status` says. */
_Noreturn void partition_stop(struct core *core, uint32_t status);

/* Restarts the running partition at once: the work is done in what is left of its windows. */
_Noreturn void partition_restart(struct core *core, uint32_t request, uint32_t cause);

/* Words of a partition that does not run: it is stopped, or waits for a restart at its next dispatch. */
void partition_halt(struct partition_state *state, uint32_t status);
void partition_ask_restart(const struct partition_plan *partition, uint32_t request, uint32_t cause, uint32_t by);

/* Goes on with the start or restart that the loaded partition waits for, until it is done (returns 1) or the window's
 * end leaves no time (returns 0). */
int partition_prepare(struct core *core, const struct partition_plan *partition);

#endif
