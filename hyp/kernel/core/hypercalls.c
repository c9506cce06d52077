/*
 * Handlers of the calls about oneself: console, clocks, mode, verdict. A handler whose call may leave the caller's context runs
 * after the full save and may not return.
 */
#include "call.h"
#include "console.h"
#include "event.h"
#include "gate.h"
#include "health.h"
#include "schedule.h"
#include "timer.h"

HYPERCALL hypercall_nop(void);
int64_t hypercall_console_write(uint64_t text, uint64_t length);
int64_t hypercall_console_read(uint64_t buffer, uint64_t size);
HYPERCALL hypercall_time_get(uint64_t clock);
HYPERCALL hypercall_window_status(void);
int64_t hypercall_verdict(uint64_t verdict, uint64_t text, uint64_t length);
int64_t hypercall_yield(void);
int64_t hypercall_mode_set(uint64_t mode);

HYPERCALL hypercall_nop(void)
{
    return HYP_OK;
}

/* What the caller's console rate leaves it. Its time begins with the first write after the one before has passed. */
static uint64_t rate_left(const struct core *core, const struct partition_plan *partition)
{
    struct partition_state *state = partition->state;
    uint64_t now = cpu_tsc();
    if (!state->console_used || now - state->console_since >= ticks_of(core, partition->console_ns)) {
        state->console_since = now;
        state->console_used = 0;
    }
    return partition->console_bytes - state->console_used;
}

static int64_t ring_piece(char *ring, uint64_t user, uint64_t bytes, int give)
{
    return give ? copy((void *)user, ring, bytes) : copy(ring, (const void *)user, bytes);
}

/* Bytes of a ring from `counter` on to or from the caller; 0 or BAD_ADDRESS. */
static int64_t ring_copy(const struct ring *ring, uint64_t counter, uint64_t user, uint64_t bytes, int give)
{
    uint64_t at = counter % ring->size, first = ring->size - at < bytes ? ring->size - at : bytes;
    int64_t failed = ring_piece(ring->data + at, user, first, give);
    return failed ? failed : ring_piece(ring->data, user + first, bytes - first, give);
}

int64_t hypercall_console_write(uint64_t text, uint64_t length)
{
    const struct core *core = this_core();
    const struct partition_plan *partition = core->partition;
    struct ring *ring = partition->stream;
    uint64_t room = ring->size - (ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE));
    uint64_t take = length < HYP_CONSOLE_WRITE_MAX ? length : HYP_CONSOLE_WRITE_MAX;
    if (!user_range(text, length))
        return HYP_BAD_ADDRESS;
    if (partition->console_ns) {
        uint64_t left = rate_left(core, partition);
        room = room < left ? room : left;
    }
    uint64_t dropped = take > room ? length - room : 0;
    take = take < room ? take : room;
    if (ring_copy(ring, ring->head, text, take, 0))
        return HYP_BAD_ADDRESS;
    partition->state->console_used += take;
    ring->dropped_bytes += dropped;
    ring->dropped_events += dropped != 0;
    __atomic_store_n(&ring->head, ring->head + take, __ATOMIC_RELEASE);
    console_work = 1;
    return (int64_t)take;
}

int64_t hypercall_console_read(uint64_t buffer, uint64_t size)
{
    struct ring *ring = this_core()->partition->input;
    uint64_t take = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) - ring->tail;
    take = take < size ? take : size;
    take = take < HYP_CONSOLE_WRITE_MAX ? take : HYP_CONSOLE_WRITE_MAX;
    if (!user_range(buffer, size) || ring_copy(ring, ring->tail, buffer, take, 1))
        return HYP_BAD_ADDRESS;
    __atomic_store_n(&ring->tail, ring->tail + take, __ATOMIC_RELEASE);
    return (int64_t)take;
}

HYPERCALL hypercall_time_get(uint64_t clock)
{
    const struct core *core = this_core();
    return clock > HYP_CLOCK_EXECUTION ? HYP_INVALID_PARAM : (int64_t)clock_ns(core, clock, cpu_tsc());
}

HYPERCALL hypercall_window_status(void)
{
    const struct core *core = this_core();
    int64_t left = ticks_until(core->deadline, cpu_tsc());
    return left > 0 ? (int64_t)ns_of(core, (uint64_t)left) : 0;
}

/* The first pass and the first fail are kept and printed; a fail stays. */
int64_t hypercall_verdict(uint64_t verdict, uint64_t text, uint64_t length)
{
    struct core *core = this_core();
    const struct partition_plan *partition = core->partition;
    struct partition_state *state = partition->state;
    char said[HYP_VERDICT_TEXT_MAX];
    if (verdict > HYP_VERDICT_PASS || length > HYP_VERDICT_TEXT_MAX)
        return HYP_INVALID_PARAM;
    if (!user_range(text, length) || copy(said, (const void *)text, length))
        return HYP_BAD_ADDRESS;
    uint32_t kind = verdict == HYP_VERDICT_PASS ? VERDICT_PASSED : VERDICT_FAILED;
    if (state->verdict >= kind)
        return HYP_OK;
    state->verdict = kind;
    state->verdict_length = (uint32_t)length;
    __builtin_memcpy(state->verdict_text, said, length);
    health_log(core, partition->id, LOG_VERDICT, kind, cpu_tsc(), 0);
    return HYP_OK;
}

int64_t hypercall_yield(void)
{
    struct core *core = this_core();
    if (core->partition->state->yielded == 0)
        core->partition->state->yielded = cpu_tsc();
    SAVE->frame.rax = HYP_OK;
    schedule_rest(core);
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
        watchdog_start(core, core->partition);
        timers_rearm(core, state);
        return HYP_OK;
    default:
        return HYP_INVALID_PARAM;
    }
}

int64_t hypercall_untagged(void)
{
    struct core *core = this_core();
    SAVE->frame.rax = core->call_result;
    if (syscall_reflect(core->partition->state))
        return (int64_t)SAVE->frame.rax;
    health_partition(core, HYP_HEALTH_ILLEGAL_HYPERCALL);
    return HYP_UNKNOWN_HYPERCALL;
}
