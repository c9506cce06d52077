/*
 * Start, stop and restart. A cold restart gives the partition its memory as the image had it, checked by its sums; a warm one keeps memory.
 * The work runs inside the partition's own windows, in chunks, with its own page tables in force; nobody else pays for it.
 */
#include "event.h"
#include "gate.h"
#include "health.h"
#include "input.h"
#include "irq.h"
#include "ports.h"
#include "schedule.h"
#include "timer.h"

#define CHUNK 4096u         /* bytes: some 520 instructions */
#define CHUNK_CHECKED 1024u /* some 390 */
#define FPU_BYTES 1024u     /* legacy area, header, AVX: the most that XCR0 may name (SDM 1, 13.4) */

/* Zeroes or copies bytes of the partition's memory. A fault here is a fault of the plan: the kernel's panic. */
static void chunk_write(uint64_t target, uint64_t source, uint64_t bytes)
{
    uint64_t words = bytes / 8;
    if (source)
        __asm__ volatile("stac; rep movsq; clac" : "+D"(target), "+S"(source), "+c"(words) : : "memory");
    else
        __asm__ volatile("stac; rep stosq; clac" : "+D"(target), "+c"(words) : "a"(0) : "memory");
}

static uint64_t chunk_sum(uint64_t source, uint64_t bytes)
{
    uint64_t sum = 0, words = bytes / 8;
    __asm__ volatile("stac\n\tjrcxz 2f\n1:\tlodsq\n\tadd %%rax, %0\n\tloop 1b\n2:\tclac" : "+r"(sum), "+S"(source), "+c"(words) : : "rax", "cc", "memory");
    return sum;
}

/* One chunk of the restart; 0 when nothing is left. First all that it starts from is checked. */
static int restore_step(struct core *core, const struct partition_plan *partition)
{
    struct partition_state *state = partition->state;
    uint32_t index = state->restore_index, count = partition->restore_count;
    int check = index < count;
    if (index == 2 * count)
        return 0;
    const struct restore_plan *range = &partition->restores[check ? index : index - count];
    uint64_t done = state->restore_done, copy = check || range->target ? range->copy : 0, total = check ? copy : copy + range->zero;
    uint64_t left = (done < copy ? copy : total) - done, chunk = check ? CHUNK_CHECKED : CHUNK;
    uint64_t bytes = left < chunk ? left : chunk;
    if (check)
        state->restore_sum += chunk_sum(range->source + done, bytes);
    else
        chunk_write(range->target + done, done < copy ? range->source + done : 0, bytes);
    state->restore_done = done + bytes;
    if (state->restore_done < total)
        return 1;
    uint64_t sum = state->restore_sum;
    state->restore_index++;
    state->restore_done = 0;
    state->restore_sum = 0;
    if (check && sum != range->sum)
        health_absent(core, partition, HYP_HEALTH_INTEGRITY);
    return 1;
}

/* As FNINIT and LDMXCSR of the reset values leave it; the header says which parts are there (SDM 1, 13.4). */
static void fpu_reset(void)
{
    words_zero((void *)SLOT_FPU, FPU_BYTES);
    *(uint16_t *)SLOT_FPU = 0x37f;
    *(uint32_t *)(SLOT_FPU + 24) = 0x1f80;
    *(uint64_t *)(SLOT_FPU + 512) = 3;
}

/* The context of a partition that starts: nothing in it comes from the life before. */
static void context_reset(const struct partition_plan *partition)
{
    *SAVE = (struct save_area){
        .frame = {.rip = partition->entry, .cs = SELECTOR_USER_CODE, .rflags = 0x202, .rsp = partition->stack_top,
                  .ss = SELECTOR_USER_DATA},
    };
    fpu_reset();
}

static void info_start(const struct core *core, const struct partition_state *state)
{
    INFO->start_cause = state->cause;
    INFO->mode_at_start = state->mode;
    INFO->cold_starts = state->cold_starts;
    INFO->warm_starts = state->warm_starts;
    INFO->started_by = state->requester;
    INFO->time_base = core->epoch;
    INFO->time_scale = core->ns_scale;
    INFO->time_sequence = !(core->partition->flags & PARTITION_NO_TSC);
    INFO->execution_time = 0;
}

/* What neither kind of restart keeps (DESIGN 4): events, timers, masks, traps, waits, queues. */
static void dynamic_reset(struct core *core, const struct partition_plan *partition)
{
    struct partition_state *state = partition->state;
    words_zero(CONTROL, sizeof(struct hyp_control));
    state->propagated &= 1ull << HYP_HEALTH_INTEGRITY;      /* found in this restart, for the new life's handler */
    __atomic_fetch_and(&state->attention, (uint32_t)(ATTENTION_CONTROL | (state->propagated ? ATTENTION_HEALTH : 0)), __ATOMIC_RELAXED);
    for (uint32_t word = 0; word < HYP_EVENT_WORDS; word++)
        __atomic_store_n(&state->events[word], 0, __ATOMIC_RELAXED);
    timers_clear(state);
    state->wait_kind = WAIT_NONE;
    state->wait_until = 0;
    state->call_done = 0;
    state->trap_busy = 0;
    state->yielded = 0;
    state->serving = 0;
    ports_reset(core, partition);
    irqs_reset(partition);
    input_reset(partition);
}

int partition_prepare(struct core *core, const struct partition_plan *partition)
{
    struct partition_state *state = partition->state;
    if (state->request == REQUEST_NONE)
        return 1;
    if (state->request != REQUEST_START) {
        do {
            if (state->status != STATUS_READY || ticks_until(core->deadline, cpu_tsc()) < (int64_t)core->guard_ticks)
                return 0;
        } while (state->request == REQUEST_COLD && restore_step(core, partition));
        ++*(state->request == REQUEST_COLD ? &state->cold_starts : &state->warm_starts);
        dynamic_reset(core, partition);
        context_reset(partition);
    }
    info_start(core, state);
    state->request = REQUEST_NONE;
    return 1;
}

void partition_halt(struct partition_state *state, uint32_t status)
{
    gate_forget(state);
    state->status = status;
    state->watchdog_due = NEVER;
    if (status == STATUS_HALTED) {
        state->mode = HYP_MODE_IDLE;
        state->request = state->request == REQUEST_COLD ? REQUEST_COLD : REQUEST_NONE;
    }
}

_Noreturn void partition_stop(struct core *core, uint32_t status)
{
    partition_halt(core->partition->state, status);
    gate_leave(core);
}

void partition_ask_restart(const struct partition_plan *partition, uint32_t request, uint32_t cause, uint32_t by)
{
    struct partition_state *state = partition->state;
    if (state->request == REQUEST_COLD)
        request = REQUEST_COLD;         /* memory may be half restored: nothing but a cold start can follow */
    gate_forget(state);
    state->status = STATUS_READY;
    state->request = request;
    state->cause = cause;
    state->requester = by;
    state->restore_index = 0;
    state->restore_done = 0;
    state->restore_sum = 0;
    state->propagated = 0;
    state->watchdog_due = NEVER;
    state->mode = request == REQUEST_COLD ? HYP_MODE_COLD_START : HYP_MODE_WARM_START;
}

_Noreturn void partition_restart(struct core *core, uint32_t request, uint32_t cause)
{
    partition_ask_restart(core->partition, request, cause, core->partition->id);
    partition_begin(core);
    gate_leave(core);
}

void partition_begin(struct core *core)
{
    if (core->partition == core->window->partition && partition_prepare(core, core->partition))
        schedule_resume(core);
}
