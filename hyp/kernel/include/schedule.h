/* The cyclic schedule of one core: releases at absolute instants, ends, idle time. */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "core.h"

_Noreturn void schedule_start(struct core *core);       /* first epoch: two guards from now, rounded up */
_Noreturn void schedule_rest(struct core *core);        /* idles until the net end of the current window */
_Noreturn void schedule_resume(struct core *core);      /* runs the current window's partition now; its root is in force */

#endif
