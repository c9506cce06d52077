/*
 * Between the entries of upcalls and traps (handlers.S) and what they call. Both run on the handler stack; the kernel has put
 * the interrupted context into a frame slot of the control page.
 */
#ifndef HYP_LIB_HANDLERS_H
#define HYP_LIB_HANDLERS_H

#include "hyp.h"

/* The control page. The kernel and, for `pending`, other cores write to it at any instruction. */
static inline volatile struct hyp_control *control_page(void)
{
    return (volatile struct hyp_control *)HYP_CONTROL_PAGE;
}

/* Where the kernel enters; not to be called. */
void handlers_upcall(void);
void handlers_trap(void);

/* What the entries call: everything that is pending, and the trap in slot 1. */
void handlers_events(void);
void handlers_fault(void);

/* Gives handlers their stack; once in each life of the partition before the first entry is installed. */
void handlers_prepare(void);

/* Puts the interrupted code's x87 and SSE state aside (512 bytes, aligned to 16) and gives a fresh one; takes it back. */
void handlers_fpu_save(void *state);
void handlers_fpu_restore(const void *state);

/* For the entries. */
extern uint64_t handlers_stack_base;
extern uint64_t handlers_stack_size;

#endif
