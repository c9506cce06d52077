/* Health events: recorded, counted, and answered with the action that the plan's table names. */
#ifndef HEALTH_H
#define HEALTH_H

#include "core.h"

/* Puts a record into the core's log; without room it is counted as lost, for unprinted records are never overwritten. */
void health_log(struct core *core, uint32_t partition, uint32_t event, uint32_t action, const struct hyp_frame *frame);

/* A partition's event: counted, logged unless ignored, and its action taken. Returns when the partition goes on. */
void health_partition(struct core *core, uint32_t event, const struct hyp_frame *frame);

void health_module(struct core *core, uint32_t event, const struct hyp_frame *frame);

const char *health_event_name(uint32_t event);
const char *health_action_name(uint32_t action);

#endif
