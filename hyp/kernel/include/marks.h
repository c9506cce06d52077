/* Marks: what a watcher with a clock of its own sees of the schedule, one edge per window start on pins that are the kernel's alone. */
#ifndef MARKS_H
#define MARKS_H

#include "core.h"

extern struct marks {
    uint64_t lead;                      /* ticks before a release at which its mark is written; 0: the plan has no monitor */
    uint64_t last;                      /* TSC instant of the last mark */
    uint32_t flipped;
} marks;

void marks_init(const struct core *core);
void mark_start(const struct core *core);   /* the current window's, once per release: waits for its instant, less the lead */
void mark_end(void);                        /* idle time follows the window */

#endif
