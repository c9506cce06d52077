/* Trace records: fixed cost, a ring per core that overwrites its oldest. */
#ifndef TRACE_H
#define TRACE_H

#include "core.h"

static inline __attribute__((always_inline)) void trace_record(struct core *core, uint64_t tsc, uint32_t kind, uint32_t value)
{
    struct trace_record *record = &core->trace_ring[core->trace_head % TRACE_RECORDS];
    core->trace_head++;
    record->tsc = tsc;
    record->kind = kind;
    record->value = value;
}

#endif
