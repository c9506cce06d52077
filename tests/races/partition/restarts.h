/* What the two ends of a channel, or a gate's, and who restarts them know of each other. It outlives all of them. */
#ifndef RESTARTS_H
#define RESTARTS_H

#include "races.h"

struct sweep {
    uint64_t sends;             /* the call that is cut: 1 write or send, 0 read or receive */
    uint64_t queuing;
    uint64_t words;             /* of a message */
    uint64_t offsets;           /* distances from the window's end, one instruction apart */
    uint64_t count;             /* calls: several rounds of the distances */
};

struct notes {
    uint64_t begun, ended;      /* calls of the sweep, by number from 1 on */
    uint64_t received;          /* last message that came, by number */
    uint64_t sent;
    uint64_t acted;             /* last call that was followed by a restart */
    uint64_t inside;            /* restarts that found a call not ended */
    uint64_t forgiven;          /* messages up to this one may have been in a queue whose reader was restarted */
    uint64_t lost;              /* of them */
    uint64_t frames;
    uint64_t restarts[4];       /* of the cut one warm, cold, of the other one warm, cold */
};

_Noreturn void cut_run(const struct sweep *sweep);
_Noreturn void other_run(const struct sweep *sweep);

#endif
