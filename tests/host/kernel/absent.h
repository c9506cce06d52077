/* What the health log's actions and some hypercalls call. They are tried in the emulator; on the host nobody comes here. */
#ifndef ABSENT_H
#define ABSENT_H

#include <stdlib.h>

#include "event.h"
#include "gate.h"
#include "partition.h"
#include "schedule.h"
#include "timer.h"

#ifndef MODULE_STOPS                    /* a harness that tries it brings its own */
_Noreturn void module_stop(struct core *of, uint32_t operation)
{
    (void)of;
    (void)operation;
    abort();
}
#endif

void partition_ask_restart(const struct partition_plan *partition, uint32_t request, uint32_t cause, uint32_t by)
{
    (void)partition;
    (void)request;
    (void)cause;
    (void)by;
    abort();
}

void partition_halt(struct partition_state *state, uint32_t status)
{
    (void)state;
    (void)status;
    abort();
}

void partition_begin(struct core *of)
{
    (void)of;
    abort();
}

_Noreturn void schedule_rest(struct core *of)
{
    (void)of;
    abort();
}

_Noreturn void gate_leave(struct core *of)
{
    (void)of;
    abort();
}

void trap_enter(struct partition_state *state, uint32_t event, uint64_t handler)
{
    (void)state;
    (void)event;
    (void)handler;
    abort();
}

int syscall_reflect(struct partition_state *state)
{
    (void)state;
    abort();
}

void timers_rearm(struct core *of, struct partition_state *state)
{
    (void)of;
    (void)state;
    abort();
}

void watchdog_start(const struct core *of, const struct partition_plan *partition)
{
    (void)of;
    (void)partition;
    abort();
}

#endif
