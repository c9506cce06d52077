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

struct end {
    const struct port_plan *port;
    const struct channel_plan *channel;
    struct channel_state *state;
};

/* The caller's port, of this kind and direction; 0, or the error. */
INLINE int64_t end_of(struct end *end, uint64_t number, uint32_t kind, uint32_t direction)
{
    const struct partition_plan *partition = this_core()->partition;
    if (number >= partition->port_count)
        return HYP_INVALID_PARAM;
    end->port = &partition->ports[number];
    end->channel = end->port->channel;
    end->state = end->channel->state;
    if (end->channel->kind != kind)
        return HYP_INVALID_PARAM;
    return end->port->direction == direction ? 0 : HYP_INVALID_MODE;
}

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

/* Drops what waits in a queue; the number dropped. */
uint64_t queue_clear(struct core *core, const struct channel_plan *channel);

#endif
