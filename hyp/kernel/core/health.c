/*
 * Health monitor: event to action by the plan's table. Owns the core's log ring.
 * Text is made later, in idle time, from the records (console.c).
 */
#include "health.h"
#include "console.h"
#include "partition.h"

static uint32_t *waiting_of(struct core *core, uint32_t partition)
{
    if (partition == NO_PARTITION)
        return &core->module_waiting;
    return &PLAN_TABLE(partition_plan, partitions)[partition].state->log_waiting;
}

void health_log(struct core *core, uint32_t partition, uint32_t event, uint32_t action, const struct hyp_frame *frame)
{
    uint32_t *waiting = waiting_of(core, partition);
    if (core->health_head - core->health_tail == HEALTH_RECORDS || *waiting == LOG_SHARE) {
        core->health_lost++;
        return;
    }
    ++*waiting;
    struct health_record *record = &core->health_ring[core->health_head % HEALTH_RECORDS];
    record->time_ns = core->epoch ? ns_at(core, cpu_tsc()) : 0;
    record->partition = partition;
    record->event = event;
    record->action = action;
    record->window = core->window ? core->window->index : UINT32_MAX;
    record->address = event == HYP_HEALTH_PAGE_FAULT || event == HYP_HEALTH_MEMORY_VIOLATION ? cpu_cr2() : 0;
    record->frame = *frame;
    record->sequence = ++core->health_head;
    console_work = 1;
}

int health_waiting(struct core *core)
{
    if (core->nmi_logged != core->module_count[HYP_HEALTH_NMI - FIRST_MODULE_EVENT]) {
        struct hyp_frame none = {0};
        core->nmi_logged = core->module_count[HYP_HEALTH_NMI - FIRST_MODULE_EVENT];
        health_log(core, NO_PARTITION, HYP_HEALTH_NMI, HYP_ACTION_LOG, &none);
    }
    return core->health_tail != core->health_head;
}

void health_printed(struct core *core, const struct health_record *record)
{
    --*waiting_of(core, record->partition);
    core->health_tail++;
}

void health_nmi(struct core *core)
{
    core->module_count[HYP_HEALTH_NMI - FIRST_MODULE_EVENT]++;
    console_work = 1;
}

void health_partition(struct core *core, uint32_t event, const struct hyp_frame *frame)
{
    const struct partition_plan *partition = core->partition;
    struct partition_state *state = partition->state;
    uint32_t action = partition->actions[event];
    if (state->health_count[event]++ == 0)
        state->health_first[event] = ns_at(core, cpu_tsc());
    if (action == HYP_ACTION_IGNORE)
        return;
    health_log(core, partition->id, event, action, frame);
    switch (action) {
    case HYP_ACTION_SUSPEND:
        partition_stop(core, STATUS_SUSPENDED);
    case HYP_ACTION_HALT:
    case HYP_ACTION_SHUTDOWN:
        partition_stop(core, STATUS_HALTED);
    case HYP_ACTION_WARM_RESTART:
        partition_restart(core, REQUEST_WARM, HYP_START_HEALTH);
    case HYP_ACTION_COLD_RESTART:
        partition_restart(core, REQUEST_COLD, HYP_START_HEALTH);
    default:
        return;
    }
}

void health_module(struct core *core, uint32_t event, const struct hyp_frame *frame)
{
    core->module_count[event - FIRST_MODULE_EVENT]++;
    health_log(core, NO_PARTITION, event, HYP_ACTION_LOG, frame);
}

const char *health_event_name(uint32_t event)
{
    static const char *const names[HEALTH_EVENTS] = {
        [HYP_HEALTH_DIVIDE_ERROR] = "divide_error",
        [HYP_HEALTH_DEBUG] = "debug",
        [HYP_HEALTH_BREAKPOINT] = "breakpoint",
        [HYP_HEALTH_INVALID_OPCODE] = "invalid_opcode",
        [HYP_HEALTH_DEVICE_NOT_AVAILABLE] = "device_not_available",
        [HYP_HEALTH_STACK_FAULT] = "stack_fault",
        [HYP_HEALTH_GENERAL_PROTECTION] = "general_protection",
        [HYP_HEALTH_PAGE_FAULT] = "page_fault",
        [HYP_HEALTH_X87_FAULT] = "x87_fault",
        [HYP_HEALTH_ALIGNMENT_CHECK] = "alignment_check",
        [HYP_HEALTH_SIMD_FAULT] = "simd_fault",
        [HYP_HEALTH_MEMORY_VIOLATION] = "memory_violation",
        [HYP_HEALTH_ILLEGAL_HYPERCALL] = "illegal_hypercall",
        [HYP_HEALTH_NMI] = "nmi",
        [HYP_HEALTH_UNEXPECTED_INTERRUPT] = "unexpected_interrupt",
        [HYP_HEALTH_CLOCK_MISMATCH] = "clock_mismatch",
    };
    return event < HEALTH_EVENTS && names[event] ? names[event] : "exception";
}

const char *health_action_name(uint32_t action)
{
    static const char *const names[] = {"ignore", "log", "propagate", "suspend", "halt", "shutdown", "warm_restart", "cold_restart"};
    return action < sizeof names / sizeof *names ? names[action] : "none";
}
