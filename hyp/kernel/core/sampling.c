/*
 * Sampling ports, wait-free for one writer and R readers in R + 2 slots: J. Chen and A. Burns, "A Three-Slot Asynchronous
 * Reader/Writer Mechanism for Multiprocessor Real-Time Systems", University of York, YCS-286, 1997, and its extension to
 * several readers. A word names a slot by its bit, so that those in use add up by `or`; DECIDED stands in each but the undecided.
 */
#include "channel.h"

HYPERCALL hypercall_sampling_write(uint64_t port, uint64_t message, uint64_t length);
HYPERCALL hypercall_sampling_read(uint64_t port, uint64_t buffer, uint64_t size, uint64_t status);
int64_t hypercall_sampling_status(uint64_t port, uint64_t status);

/* For `core->attention`: the cut call is made again, and its progress is in call_done. The window's end is already due. */
static int64_t cut_write(void) { call_again(call_word(HYP_CALL_SAMPLING_WRITE)); return (int64_t)SAVE->frame.rax; }
static int64_t cut_read(void) { call_again(call_word(HYP_CALL_SAMPLING_READ)); return (int64_t)SAVE->frame.rax; }

_Static_assert(sizeof(struct reader_state) == sizeof(struct listener_plan), "one offset serves for both");

/* Readers are walked by an offset that is counted down from channel->reader_bytes: a reader's word, and what it listens for. */
INLINE uint64_t readers_of(const struct channel_state *state)
{
    return (uint64_t)state + OFFSET_CHANNEL_STATE_READERS - SIZEOF_READER_STATE + OFFSET_READER_STATE_READING;
}

INLINE uint64_t *reading_at(uint64_t readers, uint64_t offset)
{
    return (uint64_t *)(readers + offset);
}

INLINE const struct listener_plan *listener_at(const struct listener_plan *first, uint64_t offset)
{
    return (const struct listener_plan *)((uint64_t)first - SIZEOF_LISTENER_PLAN + offset);
}

/* A slot that is neither the newest nor held by a reader; there is always one. */
INLINE uint64_t slot_free(const struct channel_plan *channel, const struct channel_state *state, uint64_t readers)
{
    uint64_t used = state->latest, offset = channel->reader_bytes;
    do
        used |= __atomic_load_n(reading_at(readers, offset), __ATOMIC_SEQ_CST);
    while (offset -= sizeof(struct reader_state));
    return (~used & (used + 1)) | DECIDED;
}

INLINE struct message_slot *slot_of(const struct channel_plan *channel, uint64_t word)
{
    uint64_t index;
    __asm__("bsfq %1, %0" : "=r"(index) : "r"(word) : "cc");
    return slot_at(channel, index);
}

/* For readers that have not decided yet. */
static __attribute__((noinline, no_caller_saved_registers)) void readers_help(const struct channel_plan *channel, uint64_t readers, uint64_t newest)
{
    for (uint64_t offset = channel->reader_bytes; offset; offset -= sizeof(struct reader_state)) {
        uint64_t undecided = 0;
        __atomic_compare_exchange_n(reading_at(readers, offset), &undecided, newest, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
}

static __attribute__((noinline, no_caller_saved_registers)) void write_record(const struct port_plan *end, uint64_t length)
{
    for (uint32_t n = 0; n < end->channel->reader_count; n++)
        trace_raise(&end->channel->listeners[n]);
    if (traced(TRACED_PORTS))
        transfer_record(HYP_CALL_SAMPLING_WRITE, end, length);
}

HYPERCALL hypercall_sampling_write(uint64_t port, uint64_t message, uint64_t length)
{
    const struct port_plan *end = port_of(port, HYP_PORT_SAMPLING);
    if (!end)
        return port_error(port, HYP_PORT_SAMPLING);
    const struct channel_plan *channel = end->channel;
    struct channel_state *state = channel->state;
    if (length - 1 >= channel->size) {
        UNLIKELY;
        return HYP_INVALID_CONFIG;
    }
    if (!user_range(message, length)) {
        UNLIKELY;
        return HYP_BAD_ADDRESS;
    }
    uint64_t readers = readers_of(state), mine = slot_free(channel, state, readers);
    struct message_slot *slot;
    if (length <= CHUNK) {
        slot = slot_of(channel, mine);
        if (copy(bytes_of(slot), (const void *)message, length)) {
            UNLIKELY;
            return HYP_BAD_ADDRESS;
        }
    } else {
        if (!this_core()->partition->state->call_done)
            state->filling = mine;
        mine = state->filling;
        slot = slot_of(channel, mine);
        int64_t error = copy_long(bytes_of(slot), (const char *)message, length, (uint64_t)cut_write);
        if (error)
            return error;
    }
    slot->length = length;
    cpu_tsc_put(&slot->time);
    slot->sequence = ++state->writes;
    __atomic_store_n(&state->latest, mine, __ATOMIC_SEQ_CST);
    const struct listener_plan *listeners = channel->listeners;
    uint64_t decided = mine, offset = channel->reader_bytes;
    do {
        const struct listener_plan *listener = listener_at(listeners, offset);
        decided &= __atomic_load_n(reading_at(readers, offset), __ATOMIC_SEQ_CST);
        event_note(listener->state, listener->event);
    } while (offset -= sizeof(struct reader_state));
    if (!(decided & DECIDED))
        readers_help(channel, readers, mine);
    if (channel->own_reader)
        this_core()->attention = (uint64_t)event_self;
    if (traced(TRACED_PORTS | TRACED_EVENTS))
        write_record(end, length);
    return HYP_OK;
}

/* Says what is known of the message in `slot`, `step` messages after the last one read; 0 or BAD_ADDRESS. */
static __attribute__((noinline, no_caller_saved_registers)) int64_t status_give(const struct port_plan *port, const struct message_slot *slot,
                                                                              uint64_t step, uint64_t status)
{
    struct hyp_sampling_status said = {
        .length = slot->length,
        .age = ns_of(this_core(), cpu_tsc() - slot->time),
        .fresh = slot->sequence != port->state->last,
        .overwritten = port->state->overwritten + (step > 1 ? step - 1 : 0),
    };
    said.valid = said.age <= port->channel->valid_ns;
    return give(status, &said, sizeof said);
}

/* The slot with the newest message, held for this reader until its next read; 0: none was ever written. */
INLINE uint64_t slot_take(const struct port_plan *end, const struct channel_plan *channel)
{
    uint64_t *mine = end->reading;
    if (channel->size <= CHUNK || !this_core()->partition->state->call_done) {
        __atomic_store_n(mine, 0, __ATOMIC_SEQ_CST);
        uint64_t undecided = 0, latest = __atomic_load_n(&channel->state->latest, __ATOMIC_SEQ_CST);
        __atomic_compare_exchange_n(mine, &undecided, latest, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    }
    return __atomic_load_n(mine, __ATOMIC_SEQ_CST);
}

HYPERCALL hypercall_sampling_read(uint64_t port, uint64_t buffer, uint64_t size, uint64_t status)
{
    const struct port_plan *end = port_of(port, HYP_PORT_SAMPLING | PORT_DESTINATION);
    if (!end)
        return port_error(port, HYP_PORT_SAMPLING | PORT_DESTINATION);
    const struct channel_plan *channel = end->channel;
    if (!user_range(buffer, size)) {
        UNLIKELY;
        return HYP_BAD_ADDRESS;
    }
    uint64_t held = slot_take(end, channel);
    if (held << 1 == 0) {
        UNLIKELY;
        return HYP_NO_ACTION;
    }
    struct message_slot *slot = slot_of(channel, held);
    uint64_t length = slot->length;
    if (length > size) {
        UNLIKELY;
        return HYP_INVALID_PARAM;
    }
    int64_t error = copy_message((char *)buffer, bytes_of(slot), length, cut_read);
    if (error)
        return error;
    struct port_state *own = end->state;
    uint64_t step = slot->sequence - own->last;
    if (status && status_give(end, slot, step, status)) {
        UNLIKELY;
        return HYP_BAD_ADDRESS;
    }
    if (step > 1)
        own->overwritten += step - 1;
    own->last += step;
    if (traced(TRACED_PORTS))
        transfer_record(HYP_CALL_SAMPLING_READ, end, length);
    return (int64_t)length;
}

int64_t hypercall_sampling_status(uint64_t port, uint64_t status)
{
    const struct port_plan *end = port_of(port, HYP_PORT_SAMPLING | PORT_DESTINATION);
    if (!end)
        return port_error(port, HYP_PORT_SAMPLING | PORT_DESTINATION);
    uint64_t held = slot_take(end, end->channel);
    if (held << 1 == 0)
        return HYP_NO_ACTION;
    return status_give(end, slot_of(end->channel, held), 0, status);
}
