/* Control by others: what waits for a partition's dispatch. */
#ifndef CONTROL_H
#define CONTROL_H

#include "core.h"

/* One partition, or NO_PARTITION for a schedule, asks for something of another. Of several wishes the later ones hold. */
void control_ask(struct partition_state *state, uint64_t operation, uint32_t by);

/* Does what was asked for of a partition that does not run. */
void control_apply(struct core *core, const struct partition_plan *partition);

#endif
