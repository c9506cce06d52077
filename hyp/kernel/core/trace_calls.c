/* What partitions put into the trace, and read from it. */
#include "call.h"
#include "trace.h"

HYPERCALL hypercall_trace_event(uint64_t value);
int64_t hypercall_trace_read(uint64_t records, uint64_t count);

HYPERCALL hypercall_trace_event(uint64_t value)
{
    trace_words(HYP_TRACE_OWN, 0, value);
    return HYP_OK;
}

int64_t hypercall_trace_read(uint64_t records, uint64_t count)
{
    const struct core *core = this_core();
    if (!(core->partition->grants & GRANT_TRACE_READ))
        return HYP_NOT_PERMITTED;
    struct hyp_trace_record out[HYP_TRACE_READ_MAX];
    uint64_t *read = &core->partition->state->trace_read, head = core->trace_head, at = *read, given = 0;
    if (head - at > core->trace_last + 1)
        at = head - core->trace_last - 1;
    for (; at != head && given < count && given < HYP_TRACE_READ_MAX; given++) {
        const struct trace_record *record = &core->trace_ring[at++ & core->trace_last];
        out[given] = (struct hyp_trace_record){
            .sequence = at,
            .time = ns_at(core, record->tsc),
            .kind = record->kind,
            .detail = record->detail,
            .partition = record->partition == NO_TRACED ? NO_PARTITION : record->partition,
            .value = record->value,
        };
    }
    if (give(records, out, given * sizeof *out))
        return HYP_BAD_ADDRESS;
    *read = at;
    return (int64_t)given;
}
