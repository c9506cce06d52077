/* Events: raised anywhere, collected into the control page of their partition on its way in, delivered as one upcall. */
#ifndef EVENT_H
#define EVENT_H

#include "partition.h"
#include "trace.h"

#define CONTROL (&slot_control)
#define SLOT_UPCALL 0
#define SLOT_TRAP 1
#define FLAGS_SET 0x202ull              /* IF, and the bit that is always 1 */
#define RED_ZONE 128u

/* One more event for a partition, from any core. */
static inline __attribute__((always_inline)) void event_note(struct partition_state *state, uint64_t event)
{
    __asm__ volatile("lock btsq %1, %0" : "+m"(*(uint64_t(*)[HYP_EVENT_WORDS])state->events) : "r"(event) : "cc", "memory");
    __atomic_fetch_or(&state->attention, ATTENTION_EVENTS, __ATOMIC_RELEASE);
}

/* Raises what a listener names; `core` is where the raiser runs. May be called for any partition from any core. */
__attribute__((no_caller_saved_registers)) void event_raise(struct core *core, const struct listener_plan *listener);

/* Moves what was raised into the control page. The partition's slot is in force in these. */
void events_collect(struct partition_state *state);

/* Nonzero: enabled, and something is pending that is not masked. */
int upcall_wanted(void);

/* Nonzero: a health event was found while the partition did not run, and its handler of traps can take it. */
int trap_wanted(const struct partition_state *state);

/* Turns the context in the save area into the start of an upcall, if one is wanted and no call is under way. */
void upcall_deliver_events(const struct partition_state *state);

/* The same, and for its handler of traps what health events were found while the partition did not run. */
void upcall_deliver(struct partition_state *state);

/* The context of a frame slot back into the save area, made harmless; nonzero when it cannot be. */
int slot_restore(uint32_t slot);

static inline __attribute__((always_inline)) int in_user_half(uint64_t address)
{
    return address < USER_END;
}

/* A handler's first instruction is a function's: the stack is aligned as after a call. */
static inline __attribute__((always_inline)) void enter_handler(uint64_t handler, uint64_t stack)
{
    SAVE->frame.rip = handler;
    SAVE->frame.rsp = (stack & ~15ull) - 8;
    SAVE->frame.rflags = FLAGS_SET;
}

#define HOT static inline __attribute__((always_inline))

HOT void word_move(struct partition_state *state, uint32_t word)
{
    uint64_t events = __atomic_exchange_n(&state->events[word], 0, __ATOMIC_RELAXED);
    __atomic_fetch_or(&CONTROL->pending[word], events, __ATOMIC_RELAXED);
}

/* events_collect when there is something. Who raises sets the word's bit first: what comes after the flag is cleared here sets it again. */
void events_move_rest(struct partition_state *state);
HOT void events_move(struct partition_state *state)
{
    __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_EVENTS, __ATOMIC_ACQ_REL);
    if (state->events[0])
        word_move(state, 0);
    if (state->events[1] | state->events[2] | state->events[3])
        events_move_rest(state);
}

HOT int upcall_due(void)
{
    const volatile struct hyp_control *control = CONTROL;
    _Static_assert(HYP_EVENT_WORDS == 4, "written out");
    if (!control->vif)
        return 0;
    if (control->pending[0] & ~control->mask[0])
        return 1;
    return ((control->pending[1] & ~control->mask[1]) | (control->pending[2] & ~control->mask[2]) |
            (control->pending[3] & ~control->mask[3])) != 0;
}

/* upcall_deliver, for the paths where every instruction counts. */
HOT void upcall_start(const struct partition_state *state)
{
    if (state->wait_until | state->call_done || !upcall_due())
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

/* The partition's handler of its traps; 0: it has none. */
static inline __attribute__((always_inline)) uint64_t trap_handler(void)
{
    uint64_t handler = *(volatile uint64_t *)&CONTROL->trap_handler;
    return in_user_half(handler) ? handler : 0;
}

/* The start of a trap from the context in the save area, whose vector is the event. A stack outside the user half would only
 * fault again, as the partition's own nested fault. */
static inline __attribute__((always_inline)) void trap_start(struct partition_state *state, uint64_t handler)
{
    uint64_t stack = *(volatile uint64_t *)&CONTROL->trap_stack;
    if (stack == 0)
        stack = SAVE->frame.rsp - RED_ZONE;
    state->trap_busy = 1;
    frame_copy(&CONTROL->frames[SLOT_TRAP], &SAVE->frame);
    enter_handler(handler, in_user_half(stack) ? stack : 0);
}

/* The same for an event that may have another number than its vector, with its address if it has one. */
void trap_enter(struct partition_state *state, uint32_t event, uint64_t handler);

/* An untagged syscall for the partition's own handler; 0: it has none. */
int syscall_reflect(struct partition_state *state);

/* For `core->attention`: collects what the ending hypercall has raised for its own caller. */
int64_t event_self(void);

#endif
