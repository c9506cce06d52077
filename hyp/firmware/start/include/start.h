/*
 * What every program without the separation kernel gets: the processor in long mode, one core, interrupts off, the first 4 GiB mapped one to
 * one, exceptions caught, and what the boot loader said. The program defines `firmware_main` and `firmware_trap`.
 */
#ifndef START_H
#define START_H

#include "handover.h"

#include <stdint.h>

#define VECTOR_INVALID_OPCODE 6
#define VECTOR_GENERAL_PROTECTION 13
#define VECTOR_LEGACY 0x20              /* where the 8259s are moved to, and masked */
#define VECTOR_OWN 0x30                 /* 16 vectors for the program */

/* What an exception or interrupt interrupted. rbx and r12 to r15 are as they were. */
struct trap {
    uint64_t rbp, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
    uint64_t vector, error, rip, cs, flags, rsp, ss;
};

/* The program. It may return: the core then halts. */
void firmware_main(const struct handover *handover);

/* Nonzero: done, go on at trap->rip. Zero: not mine; an exception then is printed and halts, an interrupt is ignored. */
int firmware_trap(struct trap *trap);

/* Nonzero and *value, or zero when the CPU has no such register. */
int msr_try(uint32_t msr, uint64_t *value);

/* Where the program lies, whole pages (firmware.ld). */
extern char firmware_start[], firmware_end[];

/* Entry with long mode on and this program mapped one to one: begins again; handover.protocol is HANDOVER_NONE. */
_Noreturn void start_again(void);

#endif
