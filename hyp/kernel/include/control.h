/* Control by others: what waits for a partition's dispatch. */
#ifndef CONTROL_H
#define CONTROL_H

#include "core.h"

/* Applies what others or a schedule switch ask of a partition that is about to be dispatched. */
void control_apply(struct core *core, const struct partition_plan *partition);

#endif
