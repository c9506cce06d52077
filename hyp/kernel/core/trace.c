/* What is recorded besides windows. Must not know who reads it. */
#include "trace.h"

static inline void put(uint32_t kind, uint32_t detail, uint32_t partition, uint32_t value)
{
    struct trace_record *record = record_next(this_core());
    record->tsc = cpu_tsc();
    record->kind = (uint8_t)kind;
    record->detail = (uint8_t)detail;
    record->partition = (uint16_t)partition;
    record->value = value;
}

static inline uint32_t running(void)
{
    return this_core()->partition->id;
}

void trace_health(uint32_t partition, uint32_t event, uint32_t action)
{
    put(HYP_TRACE_HEALTH, event, partition, action);
}

void trace_put(uint64_t words)
{
    put((uint32_t)(words >> 32 & 0xff), (uint32_t)(words >> 40), running(), (uint32_t)words);
}

void trace_raised(uint32_t partition, uint32_t event)
{
    put(HYP_TRACE_RAISE, 0, NO_TRACED, partition << 16 | event);
}

void trace_upcall(void)
{
    put(HYP_TRACE_UPCALL, 0, running(), 0);
}

void trace_gate(uint32_t what, const struct partition_plan *partition, const struct partition_plan *other)
{
    if (traced(TRACED_GATES))
        put(HYP_TRACE_GATE, what, partition->id, other->id);
}

void trace_call(uint32_t call)
{
    this_core()->trace_call = call + 1;
    put(HYP_TRACE_CALL, call, running(), 0);
}

/* A call that is to be made again has its own word in the place of a result. */
void trace_result(uint64_t result)
{
    uint32_t call = this_core()->trace_call;
    if (call && result >> 32 != HYP_HYPERCALL_TAG)
        put(HYP_TRACE_RESULT, call - 1, running(), (uint32_t)result);
    this_core()->trace_call = 0;
}
