/*
 * The hypercalls' handlers, by group as in hyp/abi/hypercalls.py. Each keeps every register but rax; a handler whose call
 * may leave the caller's context runs after the full save and may not return.
 */
#include "console.h"
#include "entry.h"
#include "health.h"
#include "partition.h"
#include "schedule.h"

#define HYPERCALL __attribute__((no_caller_saved_registers)) int64_t

HYPERCALL hypercall_nop(void);
HYPERCALL hypercall_console_write(uint64_t text, uint64_t length);
HYPERCALL hypercall_time_get(uint64_t clock);
HYPERCALL hypercall_window_status(void);
HYPERCALL hypercall_verdict(uint64_t verdict, uint64_t text, uint64_t length);
int64_t hypercall_yield(void);
int64_t hypercall_partition_control(uint64_t target, uint64_t operation);
int64_t hypercall_mode_set(uint64_t mode);

/* [at, at + bytes) lies in what a partition may map; whether it does is the MMU's answer during the copy. */
static int in_user_half(uint64_t at, uint64_t bytes)
{
    return bytes <= USER_END && at <= USER_END - bytes;
}

HYPERCALL hypercall_nop(void)
{
    return HYP_OK;
}

HYPERCALL hypercall_console_write(uint64_t text, uint64_t length)
{
    struct ring *ring = this_core()->partition->stream;
    uint64_t room = ring->size - (ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE));
    uint64_t take = length < HYP_CONSOLE_WRITE_MAX ? length : HYP_CONSOLE_WRITE_MAX;
    if (!in_user_half(text, length))
        return HYP_BAD_ADDRESS;
    uint64_t dropped = take > room ? length - room : 0;
    take = take < room ? take : room;
    uint64_t at = ring->head % ring->size, first = ring->size - at < take ? ring->size - at : take;
    if (copy_partition(ring->data + at, (const void *)text, first) ||
        copy_partition(ring->data, (const void *)(text + first), take - first))
        return HYP_BAD_ADDRESS;
    ring->dropped_bytes += dropped;
    ring->dropped_events += dropped != 0;
    __atomic_store_n(&ring->head, ring->head + take, __ATOMIC_RELEASE);
    console_work = 1;
    return (int64_t)take;
}

HYPERCALL hypercall_time_get(uint64_t clock)
{
    const struct core *core = this_core();
    uint64_t now = cpu_tsc();
    if (clock == HYP_CLOCK_MONOTONIC)
        return (int64_t)ns_at(core, now);
    if (clock == HYP_CLOCK_EXECUTION)
        return (int64_t)ns_of(core, INFO->execution_time + (now - INFO->execution_base));
    return HYP_INVALID_PARAM;
}

HYPERCALL hypercall_window_status(void)
{
    const struct core *core = this_core();
    int64_t left = ticks_until(core->deadline, cpu_tsc());
    return left > 0 ? (int64_t)ns_of(core, (uint64_t)left) : 0;
}

/* The first pass and the first fail are kept and printed; a fail stays. */
HYPERCALL hypercall_verdict(uint64_t verdict, uint64_t text, uint64_t length)
{
    struct core *core = this_core();
    const struct partition_plan *partition = core->partition;
    struct partition_state *state = partition->state;
    char copy[HYP_VERDICT_TEXT_MAX];
    if (verdict > HYP_VERDICT_PASS || length > HYP_VERDICT_TEXT_MAX)
        return HYP_INVALID_PARAM;
    if (!in_user_half(text, length) || copy_partition(copy, (const void *)text, length))
        return HYP_BAD_ADDRESS;
    uint32_t said = verdict == HYP_VERDICT_PASS ? VERDICT_PASSED : VERDICT_FAILED;
    if (state->verdict >= said)
        return HYP_OK;
    state->verdict = said;
    state->verdict_length = (uint32_t)length;
    __builtin_memcpy(state->verdict_text, copy, length);
    struct hyp_frame none = {0};
    health_log(core, partition->id, LOG_VERDICT, said, &none);
    return HYP_OK;
}

int64_t hypercall_yield(void)
{
    SAVE->frame.rax = HYP_OK;
    schedule_rest(this_core());
}

int64_t hypercall_partition_control(uint64_t target, uint64_t operation)
{
    struct core *core = this_core();
    if (target >= the_plan()->partition_count)
        return HYP_INVALID_PARAM;
    if (target != core->partition->id)
        return HYP_NOT_PERMITTED;
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
    case HYP_CONTROL_COLD_RESTART:
        partition_restart(core, REQUEST_COLD, HYP_START_SELF);
    default:
        return HYP_INVALID_PARAM;
    }
}

int64_t hypercall_mode_set(uint64_t mode)
{
    struct core *core = this_core();
    struct partition_state *state = core->partition->state;
    switch (mode) {
    case HYP_MODE_IDLE:
        partition_stop(core, STATUS_HALTED);
    case HYP_MODE_COLD_START:
        partition_restart(core, REQUEST_COLD, HYP_START_SELF);
    case HYP_MODE_WARM_START:
        if (state->mode == HYP_MODE_COLD_START)
            return HYP_INVALID_MODE;    /* ARINC 653: what was never initialised cannot start warm */
        partition_restart(core, REQUEST_WARM, HYP_START_SELF);
    case HYP_MODE_NORMAL:
        if (state->mode == HYP_MODE_NORMAL)
            return HYP_NO_ACTION;
        state->mode = HYP_MODE_NORMAL;
        return HYP_OK;
    default:
        return HYP_INVALID_PARAM;
    }
}

int64_t hypercall_untagged(void)
{
    health_partition(this_core(), HYP_HEALTH_ILLEGAL_HYPERCALL, &SAVE->frame);
    return HYP_UNKNOWN_HYPERCALL;
}
