/* What the two sides of a gate and who breaks them know of each other. It outlives all of them. */
#ifndef BREAKS_H
#define BREAKS_H

#include "races.h"

/* The server's end, warm and cold; the client's; the server suspended, halted; the module's restart, warm and cold; another schedule. */
#define TURNS 9u

struct breaks {
    uint64_t begun, ended;      /* requests of the sweep, by number from 1 on */
    uint64_t served;            /* the last one that the server had */
    uint64_t acted;             /* the last one behind which something was done */
    uint64_t may_fail;          /* the last one whose server was ended or stopped */
    uint64_t turns[TURNS];
    uint64_t inside[TURNS];     /* of these, while a request was under way or about to be made */
};

_Noreturn void caller_run(uint64_t offsets, uint64_t count);
_Noreturn void server_run(void);
_Noreturn void breaker_run(uint64_t offsets, uint64_t count);

#endif
