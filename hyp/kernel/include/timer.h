/* A partition's timers and watchdog. Owner: the core that runs it; its slot is in force in these. */
#ifndef TIMER_H
#define TIMER_H

#include "partition.h"

#define NEVER UINT64_MAX
#define NS_LIMIT (1ull << 60)           /* 36 years: instants beyond are not told from never */

void timers_clear(struct partition_state *state);

/* Ticks on the execution clock of the running partition, which stands still while it works in another's window. */
static inline uint64_t execution_ticks(const struct core *core, uint64_t now)
{
    return INFO->execution_time + (core->extras & EXTRA_GUEST ? 0 : now - INFO->execution_base);
}

/* The running partition's time on a clock, ns. */
static inline uint64_t clock_ns(const struct core *core, uint64_t clock, uint64_t now)
{
    return ns_of(core, clock == HYP_CLOCK_MONOTONIC ? now - core->epoch : execution_ticks(core, now));
}

/* Sets a timer to that ns of its clock; NEVER takes it away. */
void timer_put(const struct core *core, struct partition_state *state, uint64_t clock, uint64_t at);

/* Raises what is due at `now` and finds the next alarm; nonzero when the watchdog has expired. */
int timers_expire(const struct core *core, struct partition_state *state, uint64_t now);

/* The partition's next alarm, and the hardware timer armed for the deadline or the alarm of the window's partition. */
void timers_rearm(struct core *core, struct partition_state *state);

void watchdog_start(const struct core *core, const struct partition_plan *partition);

#endif
