/*
 * Sampling ports, wait-free for one writer and R readers in R + 2 slots: J. Chen and A. Burns, "A Three-Slot Asynchronous
 * Reader/Writer Mechanism for Multiprocessor Real-Time Systems", University of York, YCS-286, 1997, and its extension to
 * several readers. `reading` and `latest` hold 1 + slot index.
 */
#include "channel.h"

#define UNDECIDED 0ull

HYPERCALL hypercall_sampling_write(uint64_t port, uint64_t message, uint64_t length);
HYPERCALL hypercall_sampling_read(uint64_t port, uint64_t buffer, uint64_t size, uint64_t status);
int64_t hypercall_sampling_status(uint64_t port, uint64_t status);

/* For `core->attention`: the cut call is made again, and its progress is in call_done. The window's end is already due. */
static int64_t cut_write(void) { call_again(call_word(HYP_CALL_SAMPLING_WRITE)); return (int64_t)SAVE->frame.rax; }
static int64_t cut_read(void) { call_again(call_word(HYP_CALL_SAMPLING_READ)); return (int64_t)SAVE->frame.rax; }

/* A slot that is neither the newest nor held by a reader; there is always one. */
INLINE uint64_t slot_free(const struct channel_plan *channel, const struct channel_state *state)
{
    uint64_t used = 1ull | 1ull << state->latest;
    for (uint32_t n = 0; n < channel->reader_count; n++)
        used |= 1ull << (__atomic_load_n(&state->reading[n], __ATOMIC_SEQ_CST) & 63);
    return (uint64_t)__builtin_ctzll(~used);
}

HYPERCALL hypercall_sampling_write(uint64_t port, uint64_t message, uint64_t length)
{
    struct end end;
    int64_t error = end_of(&end, port, HYP_PORT_SAMPLING, HYP_DIRECTION_SOURCE);
    if (error)
        return error;
    struct channel_state *state = end.state;
    if (length == 0 || length > end.channel->size)
        return HYP_INVALID_CONFIG;
    if (!user_range(message, length))
        return HYP_BAD_ADDRESS;
    struct core *core = this_core();
    if (!core->partition->state->call_done)
        state->filling = slot_free(end.channel, state);
    uint64_t mine = state->filling;
    struct message_slot *slot = slot_at(end.channel, mine - 1);
    error = copy_message(bytes_of(slot), (const char *)message, length, cut_write);
    if (error)
        return error;
    slot->length = length;
    slot->time = cpu_tsc();
    slot->sequence = ++state->writes;
    __atomic_store_n(&state->latest, mine, __ATOMIC_SEQ_CST);
    const struct listener_plan *listener = end.channel->listeners;
    for (uint32_t n = 0; n < end.channel->reader_count; n++) {
        uint64_t undecided = UNDECIDED;
        if (__atomic_load_n(&state->reading[n], __ATOMIC_SEQ_CST) == UNDECIDED)
            __atomic_compare_exchange_n(&state->reading[n], &undecided, mine, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        event_raise(core, &listener[n]);
    }
    trace_port(HYP_CALL_SAMPLING_WRITE, port, length);
    return HYP_OK;
}

/* Says what is known of the message in `slot`; 0 or BAD_ADDRESS. */
static __attribute__((noinline, no_caller_saved_registers)) int64_t status_give(const struct end *end, const struct message_slot *slot,
                                                                              uint64_t overwritten, uint64_t status)
{
    const struct core *core = this_core();
    struct hyp_sampling_status said = {
        .length = slot->length,
        .age = ns_of(core, cpu_tsc() - slot->time),
        .fresh = slot->sequence != end->port->state->last,
        .overwritten = overwritten,
    };
    said.valid = end->channel->valid_ns == 0 || said.age <= end->channel->valid_ns;
    return give(status, &said, sizeof said);
}

/* The slot with the newest message, held for this reader until its next read; 0: none was ever written. */
INLINE struct message_slot *slot_take(const struct end *end)
{
    uint64_t *mine = &end->state->reading[end->port->reader];
    if (!this_core()->partition->state->call_done) {
        __atomic_store_n(mine, UNDECIDED, __ATOMIC_SEQ_CST);
        uint64_t undecided = UNDECIDED, latest = __atomic_load_n(&end->state->latest, __ATOMIC_SEQ_CST);
        __atomic_compare_exchange_n(mine, &undecided, latest ? latest : NEVER, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
    uint64_t held = __atomic_load_n(mine, __ATOMIC_SEQ_CST);
    return held == NEVER ? 0 : slot_at(end->channel, held - 1);
}

HYPERCALL hypercall_sampling_read(uint64_t port, uint64_t buffer, uint64_t size, uint64_t status)
{
    struct end end;
    int64_t error = end_of(&end, port, HYP_PORT_SAMPLING, HYP_DIRECTION_DESTINATION);
    if (error)
        return error;
    if (!user_range(buffer, size))
        return HYP_BAD_ADDRESS;
    struct message_slot *slot = slot_take(&end);
    if (!slot)
        return HYP_NO_ACTION;
    if (slot->length > size)
        return HYP_INVALID_PARAM;
    error = copy_message((char *)buffer, bytes_of(slot), slot->length, cut_read);
    if (error)
        return error;
    struct port_state *own = end.port->state;
    uint64_t overwritten = own->overwritten;
    if (slot->sequence != own->last)
        overwritten += slot->sequence - own->last - 1;
    if (status && status_give(&end, slot, overwritten, status))
        return HYP_BAD_ADDRESS;
    own->overwritten = overwritten;
    own->last = slot->sequence;
    trace_port(HYP_CALL_SAMPLING_READ, port, slot->length);
    return (int64_t)slot->length;
}

int64_t hypercall_sampling_status(uint64_t port, uint64_t status)
{
    struct end end;
    int64_t error = end_of(&end, port, HYP_PORT_SAMPLING, HYP_DIRECTION_DESTINATION);
    if (error)
        return error;
    struct message_slot *slot = slot_take(&end);
    if (!slot)
        return HYP_NO_ACTION;
    return status_give(&end, slot, end.port->state->overwritten, status);
}
