/* Console streams: a ring per partition, drained to the UART only in time that belongs to no window. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "core.h"

/* Set by writers after their bytes, cleared by the drain before its last look. */
extern volatile uint32_t console_work;

static inline int console_waiting(void)
{
    return console_work != 0;
}

void console_init(struct core *core);
void console_drain(struct core *core, uint64_t until);      /* at most until that TSC instant */
_Noreturn void console_idle(struct core *core);             /* drains and halts until the core's deadline */
void console_flush(struct core *core);                      /* all that is there, at the end of a run */

#endif
