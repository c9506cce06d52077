/* Queuing ports: a ring for one writer and one reader. `latest` counts messages sent, `taken` messages received. */
#include "channel.h"

HYPERCALL hypercall_queuing_send(uint64_t port, uint64_t message, uint64_t length, uint64_t timeout);
HYPERCALL hypercall_queuing_receive(uint64_t port, uint64_t buffer, uint64_t size, uint64_t timeout);
int64_t hypercall_queuing_status(uint64_t port, uint64_t status);
int64_t hypercall_queuing_clear(uint64_t port);

/* For `core->attention`: the cut call is made again, and its progress is in call_done. The window's end is already due. */
static int64_t cut_send(void) { call_again(call_word(HYP_CALL_QUEUING_SEND)); return (int64_t)SAVE->frame.rax; }
static int64_t cut_receive(void) { call_again(call_word(HYP_CALL_QUEUING_RECEIVE)); return (int64_t)SAVE->frame.rax; }

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
    const struct port_plan *end = port_of(port, HYP_PORT_QUEUING);
    if (!end)
        return port_error(port, HYP_PORT_QUEUING);
    const struct channel_plan *channel = end->channel;
    struct channel_state *state = channel->state;
    struct core *core = this_core();
    if (length - 1 >= channel->size) {
        UNLIKELY;
        return HYP_INVALID_CONFIG;
    }
    if (!user_range(message, length)) {
        UNLIKELY;
        return HYP_BAD_ADDRESS;
    }
    if (state->latest - __atomic_load_n(&state->taken, __ATOMIC_ACQUIRE) >= channel->depth) {
        state->overflows += core->partition->state->wait_until == 0;
        return wait_or_give_up(core, timeout, wait_send);
    }
    struct message_slot *slot = slot_at(channel, state->latest % channel->depth);
    int64_t error = copy_message(bytes_of(slot), (const char *)message, length, cut_send);
    if (error)
        return failed(core, error);
    if (core->partition->state->wait_until)
        call_ended(core);
    slot->length = length;
    slot->time = cpu_tsc();
    __atomic_store_n(&state->latest, state->latest + 1, __ATOMIC_RELEASE);
    event_raise(core, channel->listeners);
    if (traced(TRACED_PORTS))
        transfer_record(HYP_CALL_QUEUING_SEND, end, length);
    return HYP_OK;
}

HYPERCALL hypercall_queuing_receive(uint64_t port, uint64_t buffer, uint64_t size, uint64_t timeout)
{
    const struct port_plan *end = port_of(port, HYP_PORT_QUEUING | PORT_DESTINATION);
    if (!end)
        return port_error(port, HYP_PORT_QUEUING | PORT_DESTINATION);
    const struct channel_plan *channel = end->channel;
    struct channel_state *state = channel->state;
    struct core *core = this_core();
    if (!user_range(buffer, size)) {
        UNLIKELY;
        return HYP_BAD_ADDRESS;
    }
    uint64_t sent = __atomic_load_n(&state->latest, __ATOMIC_ACQUIRE), taken = state->taken;
    if (sent == taken)
        return wait_or_give_up(core, timeout, wait_receive);
    struct message_slot *slot = slot_at(channel, taken % channel->depth);
    uint64_t length = slot->length;
    if (length > size)
        return failed(core, HYP_INVALID_PARAM);
    int64_t error = copy_message((char *)buffer, bytes_of(slot), length, cut_receive);
    if (error)
        return failed(core, error);
    if (core->partition->state->wait_until)
        call_ended(core);
    __atomic_store_n(&state->taken, taken + 1, __ATOMIC_RELEASE);
    if (sent - taken == channel->depth)
        event_raise(core, channel->listeners + 1);
    if (traced(TRACED_PORTS))
        transfer_record(HYP_CALL_QUEUING_RECEIVE, end, length);
    return (int64_t)length;
}

int64_t hypercall_queuing_status(uint64_t port, uint64_t status)
{
    const struct partition_plan *partition = this_core()->partition;
    if (port >= partition->port_count)
        return HYP_INVALID_PARAM;
    const struct channel_plan *channel = partition->ports[port].channel;
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

uint64_t queue_clear(struct core *core, const struct channel_plan *channel)
{
    struct channel_state *state = channel->state;
    uint64_t sent = __atomic_load_n(&state->latest, __ATOMIC_ACQUIRE), dropped = sent - state->taken;
    __atomic_store_n(&state->taken, sent, __ATOMIC_RELEASE);
    if (dropped == channel->depth)
        event_raise(core, channel->listeners + 1);
    return dropped;
}

int64_t hypercall_queuing_clear(uint64_t port)
{
    const struct port_plan *end = port_of(port, HYP_PORT_QUEUING | PORT_DESTINATION);
    return end ? (int64_t)queue_clear(this_core(), end->channel) : port_error(port, HYP_PORT_QUEUING | PORT_DESTINATION);
}
