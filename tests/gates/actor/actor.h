/* Clients and servers of gates. What a server does with a request is its first word; a client checks what comes of it. */
#ifndef ACTOR_H
#define ACTOR_H

#include <hyp.h>

#define US 1000u
#define MS 1000000u

enum request {
    COUNT,                      /* the other words + 1 each, and how many requests have been served in this life, this one included */
    SPIN,                       /* until the instant in the second word */
    FAULT,                      /* a page fault */
    CONTROL_SELF,               /* the operation in the second word */
    SLEEP,                      /* until the instant in the second word, in a call */
    YIELD,                      /* as many windows as the second word says */
    NEXT,                       /* the same request to the gate `next`, without this word */
    RING,                       /* the event `bell`, to the client */
    CLOCK,                      /* its own execution clock */
    VECTOR,                     /* what its xmm5 holds, which is the second word then */
};

#define CHECK(holds) check((holds), #holds, __LINE__)
#define EQUAL(found, wanted) equal((uint64_t)(found), (uint64_t)(wanted), #found, __LINE__)

extern int actor_failures;

void check(int holds, const char *text, int line);
void equal(uint64_t found, uint64_t wanted, const char *text, int line);
_Noreturn void end(void);

/* The reply's first word; a result that is not 0 instead of it when the call fails. No gate: the first one. */
uint64_t ask(const char *gate, enum request request, uint64_t second);
hyp_result_t ask_result(const char *gate, enum request request, uint64_t second);
void wait_ready(const char *gate);      /* until a passive server has come up */
void windows(uint64_t count);

_Noreturn void serve(void);

void client_calls(void);
void client_vectors(void);
void client_faults(void);
void client_dies(void);
void client_inherits(void);
void client_loses(void);
void client_controls(void);
void client_keeps_busy(void);
void client_refused(void);
void client_waits(void);
void client_helps(void);
void client_stuck(void);
void client_of_listener(void);
void client_rings(void);
void client_storms(void);

#endif
