/* The core's private words and the plan, as every part of the kernel reaches them. */
#ifndef CORE_H
#define CORE_H

#include "cpu.h"
#include "hyp_kernel.h"

/* GS holds it in all of the kernel but NMI, double fault and machine check. */
static inline struct core *this_core(void)
{
    struct core *core;
    __asm__("rdgsbase %0" : "=r"(core));
    return core;
}

/* What has a fixed address is a symbol of the linker script: shorter to reach than a number, and a debugger knows it. */
extern const struct plan plan_blob;
extern struct save_area slot_save;
extern struct hyp_control slot_control;
extern struct hyp_info slot_info;

static inline const struct plan *the_plan(void)
{
    return &plan_blob;
}

static inline uint64_t ticks_of(const struct core *core, uint64_t ns)
{
    return scale(ns, core->tick_scale);
}

static inline uint64_t ns_of(const struct core *core, uint64_t ticks)
{
    return scale(ticks, core->ns_scale);
}

/* TSC value of an instant of the monotonic clock, and back. */
static inline uint64_t tsc_at(const struct core *core, uint64_t ns)
{
    return core->epoch + ticks_of(core, ns);
}

static inline uint64_t ns_at(const struct core *core, uint64_t tsc)
{
    return ns_of(core, tsc - core->epoch);
}

/* Ticks from `now` until `then`; negative when it has passed. */
static inline int64_t ticks_until(uint64_t then, uint64_t now)
{
    return (int64_t)(then - now);
}

/* A pointer that the compiler knows nothing of: what is reached through it takes a short offset instead of a whole address. */
#define THROUGH(object)                                                                                                            \
    ({                                                                                                                             \
        __typeof__(object) *through = &(object);                                                                                   \
        __asm__("" : "+r"(through));                                                                                               \
        through;                                                                                                                   \
    })

#endif
