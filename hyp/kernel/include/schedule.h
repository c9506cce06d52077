/* The cyclic schedule of one core: releases at absolute instants, ends, idle time. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "core.h"

void schedule_init(struct core *core);                  /* instants in ticks; the epoch: two guards from now, rounded up */
_Noreturn void schedule_start(struct core *core);       /* idles until the release of the current window */
_Noreturn void schedule_restart(struct core *core);     /* the first schedule from a new frame on; time goes on */
_Noreturn void schedule_rest(struct core *core);        /* idles until the net end of the current window */
_Noreturn void schedule_sleep(struct core *core);       /* the loaded partition waits, inside its window */
_Noreturn void schedule_release(struct core *core, const struct partition_plan *runner, uint64_t release_at);  /* its root is in force */
_Noreturn void window_rest(struct core *core);          /* the window is the kernel's until its net end */
_Noreturn void window_sleep(struct core *core);         /* `core->partition` waits, its context is saved */
_Noreturn void module_stop(struct core *core, uint32_t operation);      /* HYP_MODULE_* */

uint32_t schedule_current(const struct core *core);
uint64_t schedule_switch_at(const struct core *core);   /* ns: when a pending switch takes effect at the earliest */

_Noreturn void schedule_resume(struct core *core);      /* runs the current window's partition now; its root is in force */

#endif
