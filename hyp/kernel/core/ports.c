/*
 * Ports. Nothing is published before a message is whole, so a call that the window's end cuts, or a bad address, leaves
 * the channel as it was. Writer and reader may run at once on different cores. Here: long copies, and what restarts clear.
 */
#include "channel.h"
#include "ports.h"

__attribute__((no_caller_saved_registers)) int64_t port_error(uint64_t number, uint32_t use)
{
    const struct partition_plan *partition = this_core()->partition;
    int other_way = number < partition->port_count && partition->ports[number].use == (use ^ PORT_DESTINATION);
    return other_way ? HYP_INVALID_MODE : HYP_INVALID_PARAM;
}

__attribute__((no_caller_saved_registers)) int64_t copy_long(char *to, const char *from, uint64_t length, uint64_t again)
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

__attribute__((no_caller_saved_registers)) void transfer_record(uint32_t call, const struct port_plan *end, uint64_t length)
{
    trace_words(HYP_TRACE_PORT, call, (uint64_t)(end - this_core()->partition->ports) | length << 8);
}

__attribute__((no_caller_saved_registers)) void event_raise(struct core *core, const struct listener_plan *listener)
{
    struct partition_state *state = listener->state;
    event_note(state, listener->event);
    if (state == core->partition->state)
        core->attention = (uint64_t)event_self;
    trace_raise(listener);
}

/* What a restart leaves of a partition's destination ports: empty queues, nothing fresh. Messages already sent stay. */
void ports_reset(struct core *core, const struct partition_plan *partition)
{
    const struct port_plan *port = partition->ports;
    for (uint32_t n = 0; n < partition->port_count; n++, port++) {
        if (!(port->use & PORT_DESTINATION))
            continue;
        if (port->channel->kind == HYP_PORT_QUEUING)
            queue_clear(core, port->channel);
        port->state->last = port->channel->state->writes;
        port->state->overwritten = 0;
    }
}

void channels_reset(void)
{
    const struct channel_plan *channel = the_plan()->channels;
    for (uint32_t n = 0; n < the_plan()->channel_count; n++, channel++) {
        struct channel_state *state = channel->state;
        if (channel->kind == HYP_PORT_QUEUING) {
            state->taken = state->latest;
            continue;
        }
        state->latest = DECIDED;
        for (uint32_t reader = 0; reader < channel->reader_count; reader++)
            state->readers[reader].reading = DECIDED;
    }
}
