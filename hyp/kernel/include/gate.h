/* Calls through gates. The window's partition and who runs in it are two things here: `core->window->partition`, `core->partition`. */
#ifndef GATE_H
#define GATE_H

#include "context.h"

/* Called from gate.S, with the caller's context in the save area: its result, when it is the caller who goes on. */
int64_t gate_call(const struct gate_plan *gate);
int64_t gate_reply(uint64_t rdi, uint64_t rsi, uint64_t rdx, uint64_t r10, uint64_t r8, uint64_t r9);

/* A partition ends, restarts or is suspended: who waits for its reply gets an error, and nobody waits for the reply to it. */
void gate_forget(struct partition_state *state);

/* The window's partition is in a call: releases who works for it, or goes on with it inside the window. */
_Noreturn void gate_release(struct core *core, uint64_t release_at);
_Noreturn void gate_resume(struct core *core);

/* An alarm of the window's partition, while another one works for it. */
_Noreturn void gate_alarm(struct core *core, uint64_t now);

/* The running partition does not go on: its caller does, with an error, or the window is the kernel's. */
_Noreturn void gate_leave(struct core *core);

#endif
