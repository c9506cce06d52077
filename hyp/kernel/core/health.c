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

uint64_t health_time(const struct core *core, uint64_t tsc)
{
    return core->epoch && tsc > core->epoch ? ns_at(core, tsc) : 0;
}

static uint32_t *room_of(struct core *core, uint32_t partition)
{
    return partition == NO_PARTITION ? &core->module_room : &the_plan()->partitions[partition].state->log_room;
}

void health_log(struct core *core, uint32_t partition, uint32_t event, uint32_t action, uint64_t tsc, const struct hyp_frame *frame)
{
    if (traced(TRACED_HEALTH) && event != LOG_VERDICT)
        trace_health(partition, event, action);
    struct health_record *record = health_record_next(core, room_of(core, partition));
    if (!record)
        return;
    record->tsc = tsc;
    record->partition = partition;
    record->event = event;
    record->action = action;
    record->code = partition == NO_PARTITION ? 0 : the_plan()->partitions[partition].state->health_code;
    record->address = cpu_cr2();
    if (frame)
        frame_copy(&record->frame, frame);
    else
        words_zero(&record->frame, sizeof record->frame);
}

void health_printed(struct core *core, const struct health_record *record)
{
    ++*room_of(core, record->partition);
    core->health_room++;
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
        .time = health_time(core, record->tsc),
        .partition = record->partition,
        .event = record->event,
        .action = record->action,
        .code = record->event == HYP_HEALTH_APPLICATION_ERROR ? record->code : 0,
        .address = health_address(record),
        .frame = record->frame,
    };
    return 1;
}

struct decision {
    uint32_t action, schedule;
};

/* The plan's answer to an event, from a table's byte or entry. A limit's instants are a ring: the oldest of the last `limit` is
 * `limit` events ago. */
static struct decision decide(const struct core *core, uint32_t action, const struct health_plan *entries, uint64_t now)
{
    if (action < HEALTH_TABLE)
        return (struct decision){action, 0};
    const struct health_plan *entry = &entries[action - HEALTH_TABLE];
    if (entry->limit) {
        uint64_t *count = entry->times - 1;
        uint64_t oldest = entry->times[(*count + 1) % entry->limit];
        entry->times[*count % entry->limit] = now;
        if (++*count >= entry->limit && (entry->limit == 1 || ns_of(core, now - oldest) <= entry->window_ns))
            return (struct decision){entry->then, entry->then_schedule};
    }
    return (struct decision){entry->action, entry->schedule};
}

#define GOES_ON (1ull << HYP_HEALTH_DEBUG | 1ull << HYP_HEALTH_BREAKPOINT | 1ull << HYP_HEALTH_ILLEGAL_HYPERCALL)

/* After these the partition has not got beyond the instruction. */
static int repeats(uint32_t event)
{
    return event <= HYP_HEALTH_NESTED_FAULT && !(GOES_ON >> event & 1);
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

/* `frame` 0: the partition does not run, so no handler of its can be entered. */
static __attribute__((noinline)) void take(struct core *core, const struct partition_plan *partition, uint32_t event,
                                           const struct hyp_frame *frame)
{
    struct partition_state *state = partition->state;
    uint64_t now = cpu_tsc();
    struct decision decision;
    for (;;) {
        decision = decide(core, partition->actions[event], partition->health, now);
        if (!frame || !state->trap_busy || event > HYP_HEALTH_ILLEGAL_HYPERCALL || decision.action <= HYP_ACTION_LOG)
            break;
        event = HYP_HEALTH_NESTED_FAULT;    /* one while another is handled, and not only logged: its handler has failed */
    }
    health_count(state, event, now);
    if (decision.action == HYP_ACTION_PROPAGATE && frame && !trap_handler())
        decision.action = HYP_ACTION_HALT;          /* nobody there to handle it */
    if (decision.action != HYP_ACTION_IGNORE)
        health_log(core, partition->id, event, decision.action, now, frame);
    if (decision.action != HYP_ACTION_PROPAGATE)
        act(core, partition, event, decision, frame != 0);
    else if (frame && !(state->call_done | state->wait_until | state->trap_busy))
        trap_enter(state, event, trap_handler());
    else {                                          /* no code of the partition may come into a call that is under way */
        state->propagated |= 1ull << event;
        __atomic_fetch_or(&state->attention, ATTENTION_HEALTH, __ATOMIC_RELAXED);
    }
}

void health_partition(struct core *core, uint32_t event)
{
    take(core, core->partition, event, &SAVE->frame);
}

void health_absent(struct core *core, const struct partition_plan *partition, uint32_t event)
{
    take(core, partition, event, 0);
}

/* NMIs and machine checks that are acted on at a look: some 150 instructions each. */
#define PENDED_A_LOOK 4u

/* Logged, and the plan's answer. */
static struct decision module_decide(struct core *core, uint32_t event, const struct hyp_frame *frame)
{
    uint64_t now = cpu_tsc();
    struct decision decision = decide(core, the_plan()->module_actions[event - FIRST_MODULE_EVENT], the_plan()->module_health, now);
    core->module_taken[event - FIRST_MODULE_EVENT]++;
    health_log(core, NO_PARTITION, event, decision.action, now, frame);
    return decision;
}

static void module_act(struct core *core, struct decision decision)
{
    _Static_assert(HYP_ACTION_COLD_RESTART - HYP_ACTION_WARM_RESTART == HYP_MODULE_COLD_RESTART - HYP_MODULE_WARM_RESTART, "");
    if (decision.action == HYP_ACTION_SWITCH_SCHEDULE)
        core->schedule_next = decision.schedule;
    else if (decision.action != HYP_ACTION_LOG)
        module_stop(core, decision.action == HYP_ACTION_HALT ? (uint32_t)HYP_MODULE_HALT : decision.action - HYP_ACTION_WARM_RESTART);
}

void health_module(struct core *core, uint32_t event, const struct hyp_frame *frame)
{
    core->module_count[event - FIRST_MODULE_EVENT]++;
    module_act(core, module_decide(core, event, frame));
}

void health_pended(struct core *core)
{
    uint32_t left = PENDED_A_LOOK;
    for (uint32_t n = 0; n < HEALTH_EVENTS - FIRST_MODULE_EVENT; n++)
        while (core->module_taken[n] != core->module_count[n]) {
            console_work = 1;
            if (!left--)
                return;
            module_act(core, module_decide(core, FIRST_MODULE_EVENT + n, 0));
        }
}

void health_failed(struct core *core, uint32_t event, const struct hyp_frame *frame)
{
    core->module_count[event - FIRST_MODULE_EVENT]++;
    struct decision decision = module_decide(core, event, frame);
    if (decision.action == HYP_ACTION_WARM_RESTART || decision.action == HYP_ACTION_COLD_RESTART)
        module_act(core, decision);
}
