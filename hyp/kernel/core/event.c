/*
 * Events, upcalls and traps as the partition sees them: its control page. Everything read from there is read once and
 * checked; frames are written only to its slots, through the kernel's alias.
 */
#include "event.h"
#include "entry.h"

#define FLAGS_ALLOWED 0x200dd5ull       /* CF PF AF ZF SF TF DF OF ID */
#define FLAGS_SET 0x202ull              /* IF, and the bit that is always 1 */
#define RED_ZONE 128u

void events_collect(struct partition_state *state)
{
    uint32_t words = __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_EVENTS, __ATOMIC_ACQUIRE) & ATTENTION_EVENTS;
    for (uint32_t word = 0; words; word++, words >>= 1)
        if (words & 1)
            __atomic_fetch_or(&CONTROL->pending[word], __atomic_exchange_n(&state->events[word], 0, __ATOMIC_RELAXED),
                              __ATOMIC_RELAXED);
}

int upcall_wanted(void)
{
    const volatile struct hyp_control *control = CONTROL;
    _Static_assert(HYP_EVENT_WORDS == 4, "written out");
    if (!control->vif)
        return 0;
    return ((control->pending[0] & ~control->mask[0]) | (control->pending[1] & ~control->mask[1]) |
            (control->pending[2] & ~control->mask[2]) | (control->pending[3] & ~control->mask[3])) != 0;
}

/* A handler's first instruction is a function's: the stack is aligned as after a call. */
static void enter_handler(uint64_t handler, uint64_t stack)
{
    SAVE->frame.rip = handler;
    SAVE->frame.rsp = (stack & ~15ull) - 8;
    SAVE->frame.rflags = FLAGS_SET;
}

static int in_user_half(uint64_t address)
{
    return address < USER_END;
}

void upcall_deliver(const struct partition_state *state)
{
    if (state->wait_until || state->call_done || !upcall_wanted())
        return;
    volatile struct hyp_control *control = CONTROL;
    uint64_t handler = control->upcall_handler, stack = control->handler_stack;
    if (!handler || !in_user_half(handler) || !in_user_half(stack))
        return;
    frame_copy(&CONTROL->frames[SLOT_UPCALL], &SAVE->frame);
    control->vif = 0;
    enter_handler(handler, stack);
    if (traced(TRACED_EVENTS))
        trace_upcall();
}

int trap_handled(void)
{
    const volatile struct hyp_control *control = CONTROL;
    uint64_t handler = control->trap_handler;
    return handler && in_user_half(handler);
}

/* What is not in the user half here would only fault again, as the partition's own nested fault. */
static void trap_enter(struct partition_state *state, uint32_t event, uint64_t handler)
{
    volatile struct hyp_control *control = CONTROL;
    uint64_t stack = control->trap_stack;
    if (stack == 0)
        stack = SAVE->frame.rsp - RED_ZONE;
    state->trap_busy = 1;
    /* Of other traps it would be whoever had the last page fault. */
    control->trap_address = event == HYP_HEALTH_PAGE_FAULT || event == HYP_HEALTH_MEMORY_VIOLATION ? cpu_cr2() : 0;
    SAVE->frame.vector = event;
    frame_copy(&CONTROL->frames[SLOT_TRAP], &SAVE->frame);
    enter_handler(in_user_half(handler) ? handler : 0, in_user_half(stack) ? stack : 0);
}

void trap_deliver(struct partition_state *state, uint32_t event)
{
    trap_enter(state, event, *(volatile uint64_t *)&CONTROL->trap_handler);
}

int syscall_reflect(struct partition_state *state)
{
    uint64_t handler = *(volatile uint64_t *)&CONTROL->syscall_handler;
    if (!handler || state->trap_busy)
        return 0;
    trap_enter(state, HYP_HEALTH_ILLEGAL_HYPERCALL, handler);
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
