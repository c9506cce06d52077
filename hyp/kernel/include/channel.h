/* What both kinds of ports share: the caller's end of a channel, and copies that the window's end may cut. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "call.h"
#include "event.h"
#include "timer.h"
#include "trace.h"
#include "wait.h"

#define CHUNK 2048u                 /* bytes between looks at the deadline: some 260 instructions */
#define CUT INT64_MIN
#define INLINE static inline __attribute__((always_inline))

/* The caller's port for this use (HYP_PORT_*, PORT_DESTINATION); 0: port_error says why. */
INLINE const struct port_plan *port_of(uint64_t number, uint32_t use)
{
    const struct partition_plan *partition = this_core()->partition;
    if (number >= partition->port_count || partition->ports[number].use != use)
        return 0;
    return &partition->ports[number];
}

__attribute__((no_caller_saved_registers)) int64_t port_error(uint64_t number, uint32_t use);

INLINE struct message_slot *slot_at(const struct channel_plan *channel, uint64_t index)
{
    return (struct message_slot *)((uint64_t)channel->slots + index * channel->stride);
}

INLINE char *bytes_of(struct message_slot *slot)
{
    return (char *)(slot + 1);
}

/* A call that was cut or has slept held upcalls back; what is pending is delivered as it ends. */
INLINE void call_ended(struct core *core)
{
    core->partition->state->wait_until = 0;
    core->attention = (uint64_t)event_self;
}

/* The end of a queue call that has perhaps slept, with an error; a cut is not its end. */
INLINE int64_t failed(struct core *core, int64_t error)
{
    if (error != CUT && core->partition->state->wait_until)
        call_ended(core);
    return error;
}

/* Copies from where the call was cut before, with a look at the deadline after each chunk. 0, BAD_ADDRESS or CUT. */
__attribute__((no_caller_saved_registers)) int64_t copy_long(char *to, const char *from, uint64_t length, uint64_t again);

INLINE int64_t copy_message(char *to, const char *from, uint64_t length, int64_t (*again)(void))
{
    return length <= CHUNK ? copy(to, from, length) : copy_long(to, from, length, (uint64_t)again);
}

/* The trace's record of a message that went through a port. */
__attribute__((no_caller_saved_registers)) void transfer_record(uint32_t call, const struct port_plan *end, uint64_t length);

/* Drops what waits in a queue; the number dropped. */
uint64_t queue_clear(struct core *core, const struct channel_plan *channel);

#endif
