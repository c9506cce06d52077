/* Major frames: their end, and the supervision of periods. */
#ifndef FRAME_H
#define FRAME_H

#include "core.h"

void frame_end(struct core *core);              /* the next frame, of the next schedule when a switch is due; or the run's end */
void frame_restart(struct core *core);          /* a new first frame, two guards from now, rounded up */
void supervise(struct core *core, const struct window_plan *window);

#endif
