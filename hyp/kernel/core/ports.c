/*
 * Sampling and queuing ports. Nothing is published before a message is whole, so a call that the window's end cuts, or a
 * bad address, leaves the channel as it was. Writer and reader may run at once on different cores.
 *
 * Sampling: wait-free for one writer and R readers in R + 2 slots (J. Chen and A. Burns, "A Three-Slot Asynchronous
 * Reader/Writer Mechanism for Multiprocessor Real-Time Systems", University of York, YCS-286, 1997, and its extension to
 * several readers). Queuing: a ring for one writer and one reader.
 */
#include "call.h"
#include "event.h"
#include "ports.h"
#include "timer.h"
#include "wait.h"

#define UNDECIDED 0ull
#define CHUNK 4096u                 /* bytes between looks at the deadline: some 520 instructions */
#define CUT INT64_MIN
#define INLINE static inline __attribute__((always_inline))

HYPERCALL hypercall_sampling_write(uint64_t port, uint64_t message, uint64_t length);
HYPERCALL hypercall_sampling_read(uint64_t port, uint64_t buffer, uint64_t size, uint64_t status);
HYPERCALL hypercall_sampling_status(uint64_t port, uint64_t status);
HYPERCALL hypercall_queuing_send(uint64_t port, uint64_t message, uint64_t length, uint64_t timeout);
HYPERCALL hypercall_queuing_receive(uint64_t port, uint64_t buffer, uint64_t size, uint64_t timeout);
HYPERCALL hypercall_queuing_status(uint64_t port, uint64_t status);
HYPERCALL hypercall_queuing_clear(uint64_t port);

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
    end->port = &PLAN_TABLE(port_plan, ports)[partition->port_first + number];
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

INLINE const struct listener_plan *listeners_of(const struct channel_plan *channel)
{
    return &PLAN_TABLE(listener_plan, listeners)[channel->listener_first];
}

/* For `core->attention`: the cut call is made again, and its progress is in call_done. The window's end is already due. */
static int64_t cut_write(void) { call_again(call_word(HYP_CALL_SAMPLING_WRITE)); return (int64_t)SAVE->frame.rax; }
static int64_t cut_read(void) { call_again(call_word(HYP_CALL_SAMPLING_READ)); return (int64_t)SAVE->frame.rax; }
static int64_t cut_send(void) { call_again(call_word(HYP_CALL_QUEUING_SEND)); return (int64_t)SAVE->frame.rax; }
static int64_t cut_receive(void) { call_again(call_word(HYP_CALL_QUEUING_RECEIVE)); return (int64_t)SAVE->frame.rax; }

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
static __attribute__((noinline, no_caller_saved_registers)) int64_t copy_long(char *to, const char *from, uint64_t length, uint64_t again)
{
    struct core *core = this_core();
    struct partition_state *state = core->partition->state;
    uint64_t done = state->call_done;
    state->call_done = 0;
    for (;;) {
        uint64_t bytes = length - done < CHUNK ? length - done : CHUNK;
        if (copy(to + done, from + done, bytes)) {
            call_ended(core);
            return HYP_BAD_ADDRESS;
        }
        done += bytes;
        if (done == length) {
            call_ended(core);
            return 0;
        }
        if (cpu_tsc() >= core->deadline) {
            state->call_done = done;
            core->attention = again;
            return CUT;
        }
    }
}

INLINE int64_t copy_message(char *to, const char *from, uint64_t length, int64_t (*again)(void))
{
    return length <= CHUNK ? copy(to, from, length) : copy_long(to, from, length, (uint64_t)again);
}

/* ---- Sampling. `reading` and `latest` hold 1 + slot index. */

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
    const struct listener_plan *listener = listeners_of(end.channel);
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

HYPERCALL hypercall_sampling_status(uint64_t port, uint64_t status)
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

/* ---- Queuing. `latest` counts messages sent, `taken` messages received. */

static int64_t wait_send(void);
static int64_t wait_receive(void);

/* A queue call that cannot go on: gives up, or sleeps and is made again. */
static __attribute__((noinline, no_caller_saved_registers)) int64_t wait_or_give_up(struct core *core, uint64_t timeout, int64_t (*wait)(void))
{
    struct partition_state *state = core->partition->state;
    if (timeout == 0)
        return HYP_NOT_AVAILABLE;
    if (state->wait_until && cpu_tsc() >= state->wait_until) {
        call_ended(core);
        return HYP_TIMED_OUT;
    }
    core->attention = (uint64_t)wait;
    return HYP_OK;
}

static int64_t sleep_for(uint64_t timeout, uint32_t call)
{
    struct core *core = this_core();
    uint64_t until = core->partition->state->wait_until;
    if (!until) {
        uint64_t now = ns_at(core, cpu_tsc());
        until = timeout < NS_LIMIT ? tsc_at(core, now + timeout) : NEVER;
    }
    call_again(call_word(call));
    wait_begin(core, WAIT_PORT, 0, until);
}

/* Both have the caller's registers as in the save area; the fourth argument is the time-out. */
static int64_t wait_send(void) { return sleep_for(SAVE->frame.r10, HYP_CALL_QUEUING_SEND); }
static int64_t wait_receive(void) { return sleep_for(SAVE->frame.r10, HYP_CALL_QUEUING_RECEIVE); }

HYPERCALL hypercall_queuing_send(uint64_t port, uint64_t message, uint64_t length, uint64_t timeout)
{
    struct end end;
    int64_t error = end_of(&end, port, HYP_PORT_QUEUING, HYP_DIRECTION_SOURCE);
    if (error)
        return error;
    struct channel_state *state = end.state;
    struct core *core = this_core();
    if (length == 0 || length > end.channel->size)
        return HYP_INVALID_CONFIG;
    if (!user_range(message, length))
        return HYP_BAD_ADDRESS;
    if (state->latest - __atomic_load_n(&state->taken, __ATOMIC_ACQUIRE) >= end.channel->depth) {
        state->overflows += core->partition->state->wait_until == 0;
        return wait_or_give_up(core, timeout, wait_send);
    }
    struct message_slot *slot = slot_at(end.channel, state->latest % end.channel->depth);
    error = copy_message(bytes_of(slot), (const char *)message, length, cut_send);
    if (error)
        return failed(core, error);
    if (core->partition->state->wait_until)
        call_ended(core);
    slot->length = length;
    slot->time = cpu_tsc();
    __atomic_store_n(&state->latest, state->latest + 1, __ATOMIC_RELEASE);
    event_raise(core, listeners_of(end.channel));
    trace_port(HYP_CALL_QUEUING_SEND, port, length);
    return HYP_OK;
}

HYPERCALL hypercall_queuing_receive(uint64_t port, uint64_t buffer, uint64_t size, uint64_t timeout)
{
    struct end end;
    int64_t error = end_of(&end, port, HYP_PORT_QUEUING, HYP_DIRECTION_DESTINATION);
    if (error)
        return error;
    struct channel_state *state = end.state;
    struct core *core = this_core();
    if (!user_range(buffer, size))
        return HYP_BAD_ADDRESS;
    uint64_t sent = __atomic_load_n(&state->latest, __ATOMIC_ACQUIRE), taken = state->taken;
    if (sent == taken)
        return wait_or_give_up(core, timeout, wait_receive);
    struct message_slot *slot = slot_at(end.channel, taken % end.channel->depth);
    uint64_t length = slot->length;
    if (length > size)
        return failed(core, HYP_INVALID_PARAM);
    error = copy_message((char *)buffer, bytes_of(slot), length, cut_receive);
    if (error)
        return failed(core, error);
    if (core->partition->state->wait_until)
        call_ended(core);
    __atomic_store_n(&state->taken, taken + 1, __ATOMIC_RELEASE);
    if (sent - taken == end.channel->depth)
        event_raise(core, listeners_of(end.channel) + 1);
    trace_port(HYP_CALL_QUEUING_RECEIVE, port, length);
    return (int64_t)length;
}

HYPERCALL hypercall_queuing_status(uint64_t port, uint64_t status)
{
    const struct partition_plan *partition = this_core()->partition;
    if (port >= partition->port_count)
        return HYP_INVALID_PARAM;
    const struct channel_plan *channel = PLAN_TABLE(port_plan, ports)[partition->port_first + port].channel;
    if (channel->kind != HYP_PORT_QUEUING)
        return HYP_INVALID_PARAM;
    const struct channel_state *state = channel->state;
    struct hyp_queuing_status said = {
        .count = (uint32_t)(__atomic_load_n(&state->latest, __ATOMIC_ACQUIRE) - __atomic_load_n(&state->taken, __ATOMIC_ACQUIRE)),
        .depth = channel->depth,
        .size = channel->size,
        .overflows = state->overflows,
    };
    return give(status, &said, sizeof said);
}

static uint64_t queue_clear(struct core *core, const struct channel_plan *channel)
{
    struct channel_state *state = channel->state;
    uint64_t sent = __atomic_load_n(&state->latest, __ATOMIC_ACQUIRE), dropped = sent - state->taken;
    __atomic_store_n(&state->taken, sent, __ATOMIC_RELEASE);
    if (dropped == channel->depth)
        event_raise(core, listeners_of(channel) + 1);
    return dropped;
}

HYPERCALL hypercall_queuing_clear(uint64_t port)
{
    struct end end;
    int64_t error = end_of(&end, port, HYP_PORT_QUEUING, HYP_DIRECTION_DESTINATION);
    return error ? error : (int64_t)queue_clear(this_core(), end.channel);
}

/* What a restart leaves of a partition's destination ports: empty queues, nothing fresh. Messages already sent stay. */
void ports_reset(struct core *core, const struct partition_plan *partition)
{
    const struct port_plan *port = &PLAN_TABLE(port_plan, ports)[partition->port_first];
    for (uint32_t n = 0; n < partition->port_count; n++, port++) {
        if (port->direction != HYP_DIRECTION_DESTINATION)
            continue;
        if (port->channel->kind == HYP_PORT_QUEUING)
            queue_clear(core, port->channel);
        port->state->last = port->channel->state->writes;
        port->state->overwritten = 0;
    }
}

void channels_reset(void)
{
    const struct channel_plan *channel = PLAN_TABLE(channel_plan, channels);
    for (uint32_t n = 0; n < the_plan()->channel_count; n++, channel++) {
        struct channel_state *state = channel->state;
        state->taken = channel->kind == HYP_PORT_QUEUING ? state->latest : 0;
        if (channel->kind == HYP_PORT_SAMPLING)
            state->latest = 0;
        for (uint32_t reader = 0; reader < channel->reader_count; reader++)
            state->reading[reader] = NEVER;
    }
}
