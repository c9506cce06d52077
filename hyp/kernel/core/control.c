/*
 * What one partition may do to others and to the module, by grant: control, status, schedules, health log.
 * Control of another only sets a word of its state; the work is done when that one is dispatched (DESIGN 4).
 */
#include "control.h"
#include "call.h"
#include "event.h"
#include "gate.h"
#include "health.h"
#include "schedule.h"
#include "timer.h"

int64_t hypercall_partition_control(uint64_t target, uint64_t operation);
int64_t hypercall_partition_status(uint64_t target, uint64_t status);
int64_t hypercall_schedule_switch(uint64_t schedule);
int64_t hypercall_schedule_status(uint64_t status);
int64_t hypercall_health_read(uint64_t records, uint64_t count);
int64_t hypercall_health_status(uint64_t status);
int64_t hypercall_health_raise(uint64_t code);
int64_t hypercall_module_control(uint64_t operation);
int64_t hypercall_module_status(uint64_t status);

static inline uint8_t grants_on(const struct partition_plan *partition, uint64_t target)
{
    return partition->controls[target];
}

static inline struct partition_state *state_of(uint64_t partition)
{
    return the_plan()->partitions[partition].state;
}

/* ---- Partitions. */

static int64_t control_self(struct core *core, uint64_t operation)
{
    SAVE->frame.rax = HYP_OK;
    switch (operation) {
    case HYP_CONTROL_SUSPEND:
        partition_stop(core, STATUS_SUSPENDED);
    case HYP_CONTROL_RESUME:
        return HYP_NO_ACTION;           /* a caller runs, so it is not suspended */
    case HYP_CONTROL_HALT:
    case HYP_CONTROL_SHUTDOWN:
        partition_stop(core, STATUS_HALTED);
    case HYP_CONTROL_WARM_RESTART:
        partition_restart(core, REQUEST_WARM, HYP_START_SELF);
    default:
        partition_restart(core, REQUEST_COLD, HYP_START_SELF);
    }
}

#define WISH(operation) (1u << HYP_CONTROL_##operation)

/* What an operation takes back of those that were asked for before it and not done yet: the later one holds. */
static uint32_t taken_back(uint64_t operation)
{
    static const uint8_t wishes[] = {
        [HYP_CONTROL_SUSPEND] = WISH(RESUME),
        [HYP_CONTROL_RESUME] = WISH(SUSPEND),
        [HYP_CONTROL_HALT] = 0xff,
        [HYP_CONTROL_SHUTDOWN] = 0,
        [HYP_CONTROL_WARM_RESTART] = 0xff & ~WISH(COLD_RESTART),
        [HYP_CONTROL_COLD_RESTART] = 0xff,
    };
    return wishes[operation];
}

void control_ask(struct partition_state *state, uint64_t operation, uint32_t by)
{
    if (operation >= HYP_CONTROL_WARM_RESTART)
        state->controller = by;
    __atomic_fetch_and(&state->control, ~taken_back(operation), __ATOMIC_RELAXED);
    __atomic_fetch_or(&state->control, 1u << operation, __ATOMIC_RELAXED);
    __atomic_fetch_or(&state->attention, ATTENTION_CONTROL, __ATOMIC_RELEASE);
}

int64_t hypercall_partition_control(uint64_t target, uint64_t operation)
{
    struct core *core = this_core();
    const struct partition_plan *caller = core->partition;
    if (target >= the_plan()->partition_count || operation > HYP_CONTROL_COLD_RESTART)
        return HYP_INVALID_PARAM;
    if (!(grants_on(caller, target) >> operation & 1))
        return HYP_NOT_PERMITTED;
    if (target == caller->id)
        return control_self(core, operation);
    struct partition_state *state = state_of(target);
    if (operation == HYP_CONTROL_RESUME && state->status != STATUS_SUSPENDED && !(state->control & WISH(SUSPEND)))
        return HYP_NO_ACTION;
    control_ask(state, operation, caller->id);
    return HYP_OK;
}

/* A restart is only requested here; it clears events, so that a request to shut down that came after it waits for its end. */
void control_apply(struct core *core, const struct partition_plan *partition)
{
    struct partition_state *state = partition->state;
    if (!(__atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_CONTROL, __ATOMIC_ACQUIRE) & ATTENTION_CONTROL))
        return;
    uint32_t wishes = __atomic_exchange_n(&state->control, 0, __ATOMIC_RELAXED), by = state->controller;
    if (wishes & (WISH(WARM_RESTART) | WISH(COLD_RESTART)))
        partition_ask_restart(partition, wishes & WISH(COLD_RESTART) ? REQUEST_COLD : REQUEST_WARM,
                              by == NO_PARTITION ? HYP_START_SCHEDULE : HYP_START_PARTITION, by);
    if (wishes & WISH(HALT))
        partition_halt(state, STATUS_HALTED);
    if (wishes & WISH(SHUTDOWN)) {
        if (state->request > REQUEST_START)
            control_ask(state, HYP_CONTROL_SHUTDOWN, by);
        else
            event_note(state, HYP_EVENT_SHUTDOWN);
    }
    if (wishes & WISH(SUSPEND) && state->status == STATUS_READY)
        partition_halt(state, STATUS_SUSPENDED);
    if (wishes & WISH(RESUME) && state->status == STATUS_SUSPENDED) {
        state->status = STATUS_READY;
        state->alarm = 0;               /* looked at again as it is released */
        if (state->mode == HYP_MODE_NORMAL)
            watchdog_start(core, partition);
    }
}

int64_t hypercall_partition_status(uint64_t target, uint64_t status)
{
    struct core *core = this_core();
    if (target >= the_plan()->partition_count)
        return HYP_INVALID_PARAM;
    if (!grants_on(core->partition, target))
        return HYP_NOT_PERMITTED;
    if (target != core->partition->id)
        control_apply(core, &the_plan()->partitions[target]);   /* what was asked for before is seen */
    const struct partition_state *state = state_of(target);
    struct hyp_partition_status said = {
        .status = state->status,
        .mode = state->mode,
        .start_cause = state->cause,
        .cold_starts = state->cold_starts,
        .warm_starts = state->warm_starts,
        .started_by = state->requester,
    };
    return give(status, &said, sizeof said);
}

/* ---- Schedules. */

int64_t hypercall_schedule_switch(uint64_t schedule)
{
    struct core *core = this_core();
    if (schedule >= the_plan()->schedule_count)
        return HYP_INVALID_PARAM;
    if (!(core->partition->schedule_grants >> schedule & 1))
        return HYP_NOT_PERMITTED;
    if (schedule == core->schedule_next && schedule == schedule_current(core))
        return HYP_NO_ACTION;
    core->schedule_next = (uint32_t)schedule;
    return HYP_OK;
}

int64_t hypercall_schedule_status(uint64_t status)
{
    const struct core *core = this_core();
    uint32_t current = schedule_current(core);
    struct hyp_schedule_status said = {
        .current = current,
        .next = core->schedule_next,
        .since = core->schedule_since,
        .switch_at = core->schedule_next != current ? schedule_switch_at(core) : 0,
    };
    return give(status, &said, sizeof said);
}

/* ---- Health log, module. */

int64_t hypercall_health_raise(uint64_t code)
{
    struct core *core = this_core();
    core->partition->state->health_code = (uint32_t)code;
    SAVE->frame.rax = HYP_OK;
    health_partition(core, HYP_HEALTH_APPLICATION_ERROR);
    return (int64_t)SAVE->frame.rax;
}

int64_t hypercall_health_read(uint64_t records, uint64_t count)
{
    struct core *core = this_core();
    if (!(core->partition->grants & GRANT_HEALTH_READ))
        return HYP_NOT_PERMITTED;
    count = count < HYP_HEALTH_READ_MAX ? count : HYP_HEALTH_READ_MAX;
    for (uint64_t n = 0; n < count; n++) {
        struct hyp_health_record record;
        if (!health_next(core, core->partition->state, &record))
            return (int64_t)n;
        if (give(records + n * sizeof record, &record, sizeof record))
            return HYP_BAD_ADDRESS;
        core->partition->state->health_read++;
    }
    return (int64_t)count;
}

int64_t hypercall_health_status(uint64_t status)
{
    const struct core *core = this_core();
    if (!(core->partition->grants & GRANT_HEALTH_READ))
        return HYP_NOT_PERMITTED;
    struct hyp_health_status said = {
        .records = core->health_head,
        .oldest = core->health_head > HEALTH_RECORDS ? core->health_head - HEALTH_RECORDS + 1 : 1,
        .lost = core->health_lost,
    };
    return give(status, &said, sizeof said);
}

int64_t hypercall_module_control(uint64_t operation)
{
    static const uint32_t grants[] = {GRANT_MODULE_WARM, GRANT_MODULE_COLD, GRANT_MODULE_HALT};
    struct core *core = this_core();
    if (operation > HYP_MODULE_HALT)
        return HYP_INVALID_PARAM;
    if (!(core->partition->grants & grants[operation]))
        return HYP_NOT_PERMITTED;
    module_stop(core, (uint32_t)operation);
}

int64_t hypercall_module_status(uint64_t status)
{
    const struct core *core = this_core();
    struct hyp_module_status said = {
        .partitions = the_plan()->partition_count,
        .schedules = the_plan()->schedule_count,
        .warm_restarts = core->module_restarts[HYP_MODULE_WARM_RESTART],
        .frames = core->frame,
        .tsc_hz = scale(1000000000, core->tick_scale),
    };
    return give(status, &said, sizeof said);
}
