/* Events: raised anywhere, collected into the control page of their partition on its way in, delivered as one upcall. */
#ifndef EVENT_H
#define EVENT_H

#include "partition.h"
#include "trace.h"

#define CONTROL (&slot_control)
#define SLOT_UPCALL 0
#define SLOT_TRAP 1

/* Raises what a listener names; `core` is where the raiser runs. May be called for any partition from any core. */
static inline __attribute__((always_inline)) void event_raise(struct core *core, const struct listener_plan *listener);

/* Moves what was raised into the control page. The partition's slot is in force in these. */
void events_collect(struct partition_state *state);

/* Nonzero: enabled, and something is pending that is not masked. */
int upcall_wanted(void);

/* Turns the context in the save area into the start of an upcall, if one is wanted and no call is under way. */
void upcall_deliver(const struct partition_state *state);

/* The context of a frame slot back into the save area, made harmless; nonzero when it cannot be. */
int slot_restore(uint32_t slot);

/* Whether the partition has a handler for its traps, and the start of a trap from the context in the save area. */
int trap_handled(void);
void trap_deliver(struct partition_state *state, uint32_t event);

/* The same with the handler of untagged syscalls; 0 when there is none. */
int syscall_reflect(struct partition_state *state);

/* For `core->attention`: collects what the ending hypercall has raised for its own caller. */
int64_t event_self(void);

static inline __attribute__((always_inline)) void event_raise(struct core *core, const struct listener_plan *listener)
{
    struct partition_state *state = listener->state;
    if (!state)
        return;
    uint32_t word = listener->event / 64;
    __atomic_fetch_or(&state->events[word], 1ull << listener->event % 64, __ATOMIC_RELAXED);
    __atomic_fetch_or(&state->attention, 1u << word, __ATOMIC_RELEASE);
    if (state == core->partition->state)
        core->attention = (uint64_t)event_self;
    trace_raise(listener);
}

#endif
