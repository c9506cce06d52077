/* Traps: the partition's own exceptions, handled by itself. */
#include <string.h>

#include "handlers.h"

#define TRAPS 64 /* HYP_HEALTH_* are below */

static void (*handlers[TRAPS])(hyp_frame_t *);

void hyp_on_trap(int vector, void (*handler)(hyp_frame_t *))
{
    volatile struct hyp_control *control = control_page();

    if (vector < 0 || vector >= TRAPS)
        return;
    /* The kernel clears the control page at each start: no entry means that this life has no handlers yet. */
    if (control->trap_handler == 0) {
        memset(handlers, 0, sizeof handlers);
        handlers_prepare();
    }
    handlers[vector] = handler;
    control->trap_handler = (uintptr_t)handlers_trap;   /* last: an event that waits comes at once, or at any window's start */
}

void hyp_on_syscall(void (*handler)(hyp_frame_t *))
{
    hyp_on_trap(HYP_HEALTH_ILLEGAL_HYPERCALL, handler);
    control_page()->syscall_handler = handler != NULL ? (uintptr_t)handlers_trap : 0;
}

uint64_t hyp_trap_address(void)
{
    return control_page()->trap_address;
}

void handlers_fault(void)
{
    hyp_frame_t *frame = (hyp_frame_t *)&control_page()->frames[1];

    if (frame->vector >= TRAPS || handlers[frame->vector] == NULL)
        __builtin_trap(); /* nobody handles it: a nested fault, which the health table decides about */
    handlers[frame->vector](frame);
}
