/* A partition that sleeps in a call, inside its own windows. */
#ifndef WAIT_H
#define WAIT_H

#include "core.h"

/* Sleeps until the instant (TSC; NEVER allowed) or what `kind` waits for; the context is in the save area. */
_Noreturn void wait_begin(struct core *core, uint32_t kind, uint64_t mask, uint64_t until);

/* Whether the loaded partition's wait is over at `now`; then its result is in the save area. */
int wait_over(struct partition_state *state, uint64_t now);

/* The call goes on from its `syscall` instruction when the partition runs again; `call` is what rax held. */
void call_again(uint64_t call);

#endif
