/*
 * Events, upcalls and traps as the partition sees them: its control page. Everything read from there is read once and
 * checked; frames are written only to its slots, through the kernel's alias.
 */
#include "event.h"
#include "entry.h"

#define FLAGS_ALLOWED 0x200dd5ull       /* CF PF AF ZF SF TF DF OF ID */

void events_move_rest(struct partition_state *state)
{
    for (uint32_t word = 1; word < HYP_EVENT_WORDS; word++)
        word_move(state, word);
}

void events_collect(struct partition_state *state)
{
    if (state->attention & ATTENTION_EVENTS)
        events_move(state);
}

int upcall_wanted(void)
{
    return upcall_due();
}

__attribute__((noinline)) int trap_wanted(const struct partition_state *state)
{
    return state->propagated && !state->trap_busy && trap_handler();
}

/* The first of the health events that wait for the partition's handler. */
static void propagated_deliver(struct partition_state *state)
{
    uint32_t event = (uint32_t)__builtin_ctzll(state->propagated);
    if (state->call_done | state->wait_until || !trap_wanted(state))
        return;
    state->propagated &= state->propagated - 1;
    if (!state->propagated)
        __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_HEALTH, __ATOMIC_RELAXED);
    trap_enter(state, event, trap_handler());
}

__attribute__((noinline)) void upcall_deliver_events(const struct partition_state *state)
{
    upcall_start(state);
}

void upcall_deliver(struct partition_state *state)
{
    if (state->propagated)
        propagated_deliver(state);
    upcall_deliver_events(state);
}

/* What is not in the user half here would only fault again, as the partition's own nested fault. */
void trap_enter(struct partition_state *state, uint32_t event, uint64_t handler)
{
    /* Of other traps it would be whoever had the last page fault. */
    CONTROL->trap_address = event == HYP_HEALTH_PAGE_FAULT || event == HYP_HEALTH_MEMORY_VIOLATION ? cpu_cr2() : 0;
    SAVE->frame.vector = event;
    trap_start(state, handler);
}

int syscall_reflect(struct partition_state *state)
{
    uint64_t handler = *(volatile uint64_t *)&CONTROL->syscall_handler;
    if (!handler || state->trap_busy)
        return 0;
    trap_enter(state, HYP_HEALTH_ILLEGAL_HYPERCALL, in_user_half(handler) ? handler : 0);
    return 1;
}

int slot_restore(uint32_t slot)
{
    struct hyp_frame frame;
    frame_copy(&frame, &CONTROL->frames[slot]);     /* this copy is the one that is checked and used */
    if (!in_user_half(frame.rip) || !in_user_half(frame.rsp))
        return 1;
    frame.cs = SELECTOR_USER_CODE;
    frame.ss = SELECTOR_USER_DATA;
    frame.rflags = (frame.rflags & FLAGS_ALLOWED) | FLAGS_SET;
    frame_copy(&SAVE->frame, &frame);
    return 0;
}

int64_t event_self(void)
{
    struct core *core = this_core();
    SAVE->frame.rax = core->call_result;
    events_collect(core->partition->state);
    upcall_deliver(core->partition->state);
    return (int64_t)SAVE->frame.rax;
}
