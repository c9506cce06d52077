/* Handlers whose first instruction looks at the TSC. */
#ifndef HANDLERS_H
#define HANDLERS_H

#include <stdint.h>

extern volatile uint64_t handler_seen; /* the look of the last upcall */
extern char handler_stack_end[];

void handler_upcall(void);
void handler_trap(void);

/* Ticks from the instruction that faults to the handler's first. */
uint64_t handler_trap_after(void);

#endif
