/* A partition's timers and watchdog. Owner: the core that runs it; its slot is in force in these. */
#ifndef TIMER_H
#define TIMER_H

#include "core.h"

#define NEVER UINT64_MAX
#define NS_LIMIT (1ull << 60)           /* 36 years: instants beyond are not told from never */

void timers_clear(struct partition_state *state);

/* Raises what is due at `now` and finds the next alarm; nonzero when the watchdog has expired. */
int timers_expire(const struct core *core, struct partition_state *state, uint64_t now);

/* The partition's next alarm, and the hardware timer armed for the deadline or the alarm of the window's partition. */
void timers_rearm(struct core *core, struct partition_state *state);

void watchdog_start(const struct core *core, const struct partition_plan *partition);

#endif
