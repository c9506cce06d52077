/*
 * Ports. Nothing is published before a message is whole, so a call that the window's end cuts, or a bad address, leaves
 * the channel as it was. Writer and reader may run at once on different cores. Here: long copies, and what restarts clear.
 */
#include "channel.h"
#include "ports.h"

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

/* What a restart leaves of a partition's destination ports: empty queues, nothing fresh. Messages already sent stay. */
void ports_reset(struct core *core, const struct partition_plan *partition)
{
    const struct port_plan *port = partition->ports;
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
    const struct channel_plan *channel = the_plan()->channels;
    for (uint32_t n = 0; n < the_plan()->channel_count; n++, channel++) {
        struct channel_state *state = channel->state;
        state->taken = channel->kind == HYP_PORT_QUEUING ? state->latest : 0;
        if (channel->kind == HYP_PORT_SAMPLING)
            state->latest = 0;
        for (uint32_t reader = 0; reader < channel->reader_count; reader++)
            state->reading[reader] = NEVER;
    }
}
