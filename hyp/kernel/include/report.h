/* The end of a run: counters as text, then the exit port. */
#ifndef REPORT_H
#define REPORT_H

#include "core.h"

_Noreturn void report_end(struct core *core);

#endif
