/* Health events: recorded, counted, and answered with the action that the plan's table names. */
#ifndef HEALTH_H
#define HEALTH_H

#include "console.h"

/* Puts a record into the core's log; what finds no place there is counted as lost. */
void health_log(struct core *core, uint32_t partition, uint32_t event, uint32_t action, uint64_t tsc,
                const struct hyp_frame *frame);     /* 0: all registers are 0 */

uint64_t health_time(const struct core *core, uint64_t tsc);    /* ns; 0 before the first major frame */

/* The fault address in a record, of those events that have one. */
static inline uint64_t health_address(const struct health_record *record)
{
    return record->event == HYP_HEALTH_PAGE_FAULT || record->event == HYP_HEALTH_MEMORY_VIOLATION ? record->address : 0;
}

/* A place in the log, counted as written; 0 when its owner has no room left there, or the log has none. Each owner has a share: its
 * storm does not hide another's fault, and what is not printed is never overwritten. */
static inline __attribute__((always_inline)) struct health_record *health_record_next(struct core *core, uint32_t *room)
{
    if (!*room || !core->health_room) {
        core->health_lost++;
        return 0;
    }
    --*room;
    core->health_room--;
    struct health_record *record = &core->health_ring[core->health_head % HEALTH_RECORDS];
    record->sequence = ++core->health_head;
    console_work = 1;
    return record;
}

static inline __attribute__((always_inline)) void health_count(struct partition_state *state, uint32_t event, uint64_t now)
{
    if (state->health_count[event] == 0)
        state->health_first[event] = now;
    state->health_count[event]++;
}

/* The loaded partition's event: counted, logged unless ignored, and its action taken. Returns when the partition goes on. */
void health_partition(struct core *core, uint32_t event);

/* The log's reader: nonzero while a record waits at the tail; the record is done with. */
static inline int health_waiting(const struct core *core)
{
    return core->health_tail != core->health_head;
}
void health_printed(struct core *core, const struct health_record *record);

void health_forget(struct core *core);          /* for its readers; what is not printed yet still is */
/* An event of a partition that is not loaded, found by the kernel. */
void health_absent(struct core *core, const struct partition_plan *partition, uint32_t event);

/* The next record for a reader, each once; 0 when there is none. */
int health_next(const struct core *core, struct partition_state *reader, struct hyp_health_record *out);

/* An event of the module, wherever the kernel may be left for a restart. */
void health_module(struct core *core, uint32_t event, const struct hyp_frame *frame);

/* The same for those that were only counted as they came: NMIs, and machine checks after which the CPU could go on. */
void health_pended(struct core *core);

/* The kernel cannot go on: returns unless the plan says that the module is to be restarted. */
void health_failed(struct core *core, uint32_t event, const struct hyp_frame *frame);

static inline const char *health_event_name(uint64_t event)
{
    return the_plan()->event_names[event % HEALTH_EVENTS].text;
}

static inline const char *health_action_name(uint32_t action)
{
    return the_plan()->action_names[action % ACTIONS_MAX].text;
}

#endif
