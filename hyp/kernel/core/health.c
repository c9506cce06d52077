/*
 * Health monitor: event to action by the plan's table. Owns the core's log ring.
 * Text is made later, in idle time, from the records (console.c).
 */
#include "health.h"
#include "console.h"
#include "event.h"
#include "gate.h"
#include "schedule.h"
#include "vectors.h"
#include "trace.h"

uint64_t health_time(const struct core *core)
{
    return core->epoch ? ns_at(core, cpu_tsc()) : 0;
}

static uint32_t *waiting_of(struct core *core, uint32_t partition)
{
    if (partition == NO_PARTITION)
        return &core->module_waiting;
    return &the_plan()->partitions[partition].state->log_waiting;
}

void health_log(struct core *core, uint32_t partition, uint32_t event, uint32_t action, uint64_t time_ns,
                const struct hyp_frame *frame)
{
    if (traced(TRACED_HEALTH) && event != LOG_VERDICT)
        trace_health(partition, event, action);
    uint32_t *waiting = waiting_of(core, partition);
    if (core->health_head - core->health_tail == HEALTH_RECORDS || *waiting == LOG_SHARE) {
        core->health_lost++;
        return;
    }
    ++*waiting;
    struct health_record *record = &core->health_ring[core->health_head % HEALTH_RECORDS];
    record->time_ns = time_ns;
    record->partition = partition;
    record->event = event;
    record->action = action;
    record->code = partition == NO_PARTITION ? 0 : the_plan()->partitions[partition].state->health_code;
    record->window = core->window ? core->window->index : UINT32_MAX;
    record->address = event == HYP_HEALTH_PAGE_FAULT || event == HYP_HEALTH_MEMORY_VIOLATION ? cpu_cr2() : 0;
    frame_copy(&record->frame, frame);
    record->sequence = ++core->health_head;
    console_work = 1;
}

int health_waiting(struct core *core)
{
    if (core->nmi_logged != core->module_count[HYP_HEALTH_NMI - FIRST_MODULE_EVENT]) {
        struct hyp_frame none = {0};
        core->nmi_logged = core->module_count[HYP_HEALTH_NMI - FIRST_MODULE_EVENT];
        health_log(core, NO_PARTITION, HYP_HEALTH_NMI, HYP_ACTION_LOG, health_time(core), &none);
    }
    return core->health_tail != core->health_head;
}

void health_printed(struct core *core, const struct health_record *record)
{
    --*waiting_of(core, record->partition);
    core->health_tail++;
}

void health_forget(struct core *core)
{
    for (uint32_t n = 0; n < the_plan()->partition_count; n++)
        the_plan()->partitions[n].state->health_read = (uint32_t)core->health_head;
}

int health_next(const struct core *core, struct partition_state *reader, struct hyp_health_record *out)
{
    uint32_t behind = (uint32_t)core->health_head - reader->health_read;
    if (behind > HEALTH_RECORDS)
        behind = HEALTH_RECORDS;
    reader->health_read = (uint32_t)core->health_head - behind;
    const struct health_record *record;
    for (;; behind--) {
        if (behind == 0)
            return 0;
        record = &core->health_ring[(core->health_head - behind) % HEALTH_RECORDS];
        if (record->event != LOG_VERDICT)
            break;
        reader->health_read++;
    }
    *out = (struct hyp_health_record){
        .sequence = record->sequence,
        .time = record->time_ns,
        .partition = record->partition,
        .event = record->event,
        .action = record->action,
        .code = record->code,
        .address = record->address,
        .frame = record->frame,
    };
    return 1;
}

struct decision {
    uint32_t action, schedule;
};

/* The plan's answer to an event. A limit's instants are a ring: the oldest of the last `limit` is `limit` events ago. */
static struct decision decide(const struct partition_plan *partition, uint32_t event, uint64_t now)
{
    uint32_t action = partition->actions[event];
    if (action < HEALTH_TABLE)
        return (struct decision){action, 0};
    const struct health_plan *entry = &partition->health[action - HEALTH_TABLE];
    if (entry->limit) {
        uint64_t *count = entry->times - 1;
        uint64_t oldest = entry->times[(*count + 1) % entry->limit];
        entry->times[*count % entry->limit] = now;
        if (++*count >= entry->limit && (entry->limit == 1 || now - oldest <= entry->window_ns))
            return (struct decision){entry->then, entry->then_schedule};
    }
    return (struct decision){entry->action, entry->schedule};
}

static int repeats(uint32_t event)
{
    return event < 32 && event != HYP_HEALTH_DEBUG && event != HYP_HEALTH_BREAKPOINT;
}

/* `running`: the partition is loaded and its context is in the save area. */
static void act(struct core *core, const struct partition_plan *partition, uint32_t event, struct decision decision, int running)
{
    switch (decision.action) {
    case HYP_ACTION_SWITCH_SCHEDULE:
        core->schedule_next = decision.schedule;
        if (running && repeats(event))
            gate_leave(core);
        return;
    case HYP_ACTION_SUSPEND:
        partition_halt(partition->state, STATUS_SUSPENDED);
        break;
    case HYP_ACTION_HALT:
    case HYP_ACTION_SHUTDOWN:
        partition_halt(partition->state, STATUS_HALTED);
        break;
    case HYP_ACTION_WARM_RESTART:
    case HYP_ACTION_COLD_RESTART:
        partition_ask_restart(partition, decision.action == HYP_ACTION_WARM_RESTART ? REQUEST_WARM : REQUEST_COLD,
                              HYP_START_HEALTH, partition->id);
        if (running)
            partition_begin(core);
        break;
    default:
        return;
    }
    if (running)
        gate_leave(core);
}

static void count(struct partition_state *state, uint32_t event, uint64_t now)
{
    if (state->health_count[event]++ == 0)
        state->health_first[event] = now;
}

void health_partition(struct core *core, uint32_t event, const struct hyp_frame *frame)
{
    const struct partition_plan *partition = core->partition;
    struct partition_state *state = partition->state;
    uint64_t now = health_time(core);
    struct decision decision = decide(partition, event, now);
    if (decision.action == HYP_ACTION_PROPAGATE && state->trap_busy) {
        event = HYP_HEALTH_NESTED_FAULT;
        decision = decide(partition, event, now);
    }
    count(state, event, now);
    if (decision.action == HYP_ACTION_PROPAGATE && !trap_handled())
        decision.action = HYP_ACTION_HALT;          /* nobody there to handle it */
    else if (decision.action == HYP_ACTION_PROPAGATE && (state->call_done || state->wait_until))
        decision.action = HYP_ACTION_LOG;           /* a call is under way: no code of the partition may come between */
    if (decision.action != HYP_ACTION_IGNORE)
        health_log(core, partition->id, event, decision.action, now, frame);
    if (decision.action == HYP_ACTION_PROPAGATE) {
        trap_deliver(state, event);
        return;
    }
    act(core, partition, event, decision, 1);
}

void health_absent(struct core *core, const struct partition_plan *partition, uint32_t event)
{
    struct hyp_frame none = {0};
    uint64_t now = health_time(core);
    struct decision decision = decide(partition, event, now);
    if (decision.action == HYP_ACTION_PROPAGATE)
        decision.action = HYP_ACTION_LOG;           /* the partition does not run, so no handler of its can be entered */
    count(partition->state, event, now);
    if (decision.action != HYP_ACTION_IGNORE)
        health_log(core, partition->id, event, decision.action, now, &none);
    act(core, partition, event, decision, 0);
}

void health_module(struct core *core, uint32_t event, const struct hyp_frame *frame)
{
    uint32_t action = the_plan()->module_actions[event - FIRST_MODULE_EVENT];
    core->module_count[event - FIRST_MODULE_EVENT]++;
    health_log(core, NO_PARTITION, event, action, health_time(core), frame);
    if (action == HYP_ACTION_WARM_RESTART || action == HYP_ACTION_COLD_RESTART || action == HYP_ACTION_HALT)
        module_stop(core, action == HYP_ACTION_HALT           ? HYP_MODULE_HALT
                          : action == HYP_ACTION_WARM_RESTART ? HYP_MODULE_WARM_RESTART
                                                              : HYP_MODULE_COLD_RESTART);
}
