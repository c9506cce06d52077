/* GDT, IDT, TSS, and the registers that decide how the CPU enters the kernel. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include "core.h"

void descriptors_init(struct core *core);           /* this core's GDT and TSS, the shared IDT, GS */
void cpu_init(const struct plan *plan);             /* control registers, MSRs, extended state */
const char *cpu_missing(const struct plan *plan);   /* name of a feature that the plan needs and the CPU lacks, or 0 */

#endif
