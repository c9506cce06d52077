/*
 * A partition's own exceptions, and interrupts in its window. Exceptions are its health events; first what they most often are:
 * for the partition's own handler. That way is short, for handlers are part of what a partition does.
 */
#include "apic.h"
#include "entry.h"
#include "event.h"
#include "health.h"
#include "irq.h"
#include "vectors.h"

#define KERNEL_HALF (1ull << 47)

/* Vectors that are events under their own number; the others are general protection. */
#define NAMED_EXCEPTIONS                                                                                                       \
    (1u << HYP_HEALTH_DIVIDE_ERROR | 1u << HYP_HEALTH_DEBUG | 1u << HYP_HEALTH_BREAKPOINT | 1u << HYP_HEALTH_INVALID_OPCODE |  \
     1u << HYP_HEALTH_DEVICE_NOT_AVAILABLE | 1u << HYP_HEALTH_STACK_FAULT | 1u << HYP_HEALTH_PAGE_FAULT |                      \
     1u << HYP_HEALTH_X87_FAULT | 1u << HYP_HEALTH_ALIGNMENT_CHECK | 1u << HYP_HEALTH_SIMD_FAULT)

int interrupt_take(const struct hyp_frame *frame)
{
    struct core *core = this_core();
    if (irq_raise(core, (uint8_t)frame->error))
        return 1;
    if ((uint8_t)frame->error != VECTOR_SPURIOUS)       /* which is not in service (SDM 3A 11.9) */
        apic_end_of_interrupt();
    health_module(core, HYP_HEALTH_UNEXPECTED_INTERRUPT, frame);
    return 0;
}

static uint32_t event_of(uint32_t vector)
{
    if (!(NAMED_EXCEPTIONS >> vector & 1))
        return HYP_HEALTH_GENERAL_PROTECTION;
    return vector == VECTOR_PAGE_FAULT && cpu_cr2() >= KERNEL_HALF ? HYP_HEALTH_MEMORY_VIOLATION : vector;
}

/* Whatever the plan says about it; in a partition's window an interrupt is its device's event, and an upcall if it wants one. */
static __attribute__((noinline)) void fault_decided(struct core *core)
{
    uint32_t vector = (uint32_t)SAVE->frame.vector;
    if (vector != VECTOR_DEVICE)
        health_partition(core, event_of(vector));
    else if (interrupt_take(&SAVE->frame)) {
        events_collect(core->partition->state);
        upcall_deliver(core->partition->state);
    }
}

void fault_in_partition(void)
{
    struct core *core = this_core();
    const struct partition_plan *partition = core->partition;
    struct partition_state *state = partition->state;
    uint64_t vector = SAVE->frame.vector, handler = trap_handler();
    if (partition->actions[vector] != HYP_ACTION_PROPAGATE || vector == VECTOR_PAGE_FAULT || !handler || traced(TRACED_HEALTH) ||
        state->trap_busy | state->call_done | state->wait_until) {
        fault_decided(core);
        return;
    }
    uint64_t now = cpu_tsc();
    health_count(state, (uint32_t)vector, now);
    struct health_record *record = health_record_next(core, &state->log_room);
    if (record) {
        record->tsc = now;
        record->partition = partition->id;
        record->event = (uint32_t)vector;
        record->action = HYP_ACTION_PROPAGATE;
        frame_copy(&record->frame, &SAVE->frame);
    }
    trap_start(state, handler);
}

_Static_assert(VECTOR_DEVICE >= FIRST_MODULE_EVENT && VECTOR_DEVICE < HEALTH_EVENTS, "no partition's action, but one of the table");
