/* Faults of the kernel itself, and a panic's text. */
#ifndef FAULT_H
#define FAULT_H

#include "core.h"

_Noreturn void panic_frame(const struct hyp_frame *frame);

#endif
