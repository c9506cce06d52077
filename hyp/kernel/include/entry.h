/* The seam between entry.S and C: what each calls of the other. */
#ifndef ENTRY_H
#define ENTRY_H

#include "core.h"
#include "vectors.h"

/* In entry.S: ways in, for descriptors and MSRs. */
extern const char entry_exceptions[], entry_exceptions_high[], entry_devices[], entry_nobody[];
extern const struct gate {
    uint16_t place;                                 /* bytes from the kernel's first */
    uint8_t vector, type;                           /* GATE_* */
} entry_gates[GATES];                               /* those that are not one of a row of stubs */
extern const char entry_hypercall[], entry_nothing[];

/* In entry.S: ways back to the loaded partition. */
_Noreturn void exit_now(void);                      /* nothing of the partition's context was out of the CPU but registers */
_Noreturn void exit_loaded(void);                   /* after context_load: GS is still to be loaded */
_Noreturn void exit_release(uint32_t until);        /* low half of the TSC instant, EXIT_TICKS before the release */

/* In copy.S: between kernel and the running partition; call.h calls it. */
extern const char copy_partition[], copy_partition_end[], copy_partition_fault[];

/* Called from entry.S. */
_Noreturn void timer_in_window(uint64_t now);       /* before the deadline */
_Noreturn void timer_in_partition(uint64_t now);
_Noreturn void timer_in_idle(void);
void fault_in_partition(void);
void fault_in_kernel(struct hyp_frame *frame);
_Noreturn void fault_ends(const struct hyp_frame *frame);
void machine_check(struct hyp_frame *frame);
int64_t hypercall_untagged(void);

#endif
