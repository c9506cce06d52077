/* The TSC against another clock, and the scales that turn ns into ticks and timer counts. */
#ifndef CLOCK_H
#define CLOCK_H

#include "core.h"

struct clock {
    uint64_t tsc_hz;            /* what is used from here on */
    uint64_t measured_hz;       /* 0: nothing to measure against */
    uint64_t timer_scale;       /* timer counts = ticks * timer_scale / 2^32 */
    int within;                 /* the declared frequency holds within the plan's tolerance */
};

struct clock clock_verify(const struct plan *plan);

#endif
