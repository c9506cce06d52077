/* Health events: recorded, counted, and answered with the action that the plan's table names. */
#ifndef HEALTH_H
#define HEALTH_H

#include "core.h"

/* Puts a record into the core's log. Unprinted records are never overwritten, and no partition has more than its share of
 * them: what finds no place is counted as lost. */
void health_log(struct core *core, uint32_t partition, uint32_t event, uint32_t action, uint64_t time_ns,
                const struct hyp_frame *frame);

uint64_t health_time(const struct core *core);      /* ns; 0 before the first major frame is planned */

/* A partition's event: counted, logged unless ignored, and its action taken. Returns when the partition goes on. */
void health_partition(struct core *core, uint32_t event, const struct hyp_frame *frame);

/* The log's reader: nonzero while a record waits at the tail; the record is done with. */
int health_waiting(struct core *core);
void health_printed(struct core *core, const struct health_record *record);

void health_forget(struct core *core);          /* for its readers; what is not printed yet still is */
/* An event of a partition that is not loaded, found by the kernel. */
void health_absent(struct core *core, const struct partition_plan *partition, uint32_t event);

/* The next record for a reader, each once; 0 when there is none. */
int health_next(const struct core *core, struct partition_state *reader, struct hyp_health_record *out);

void health_module(struct core *core, uint32_t event, const struct hyp_frame *frame);

static inline const char *health_event_name(uint64_t event)
{
    return the_plan()->event_names[event % HEALTH_EVENTS].text;
}

static inline const char *health_action_name(uint32_t action)
{
    return the_plan()->action_names[action % ACTIONS_MAX].text;
}

#endif
