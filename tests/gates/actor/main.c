/* `args` is the role. */
#include <string.h>

#include "actor.h"

int actor_failures;

void check(int holds, const char *text, int line)
{
    if (holds)
        return;
    actor_failures++;
    hyp_printf("wrong line %d: not %s\n", line, text);
}

void equal(uint64_t found, uint64_t wanted, const char *text, int line)
{
    if (found == wanted)
        return;
    actor_failures++;
    hyp_printf("wrong line %d: %s is %lld, not %lld\n", line, text, (long long)found, (long long)wanted);
}

_Noreturn void end(void)
{
    hyp_verdict(actor_failures == 0, actor_failures == 0 ? "all held" : "see the lines that begin with wrong");
    for (;;)
        hyp_yield();
}

hyp_result_t ask_result(const char *gate, enum request request, uint64_t second)
{
    uint64_t words[6] = {request, second, 22, 33, 44, 55};
    hyp_result_t result = hyp_gate_call(gate ? hyp_gate(gate) : 0, words);

    if (result != HYP_OK)
        CHECK(words[0] == request && words[1] == second && words[2] == 22 && words[3] == 33 && words[4] == 44 && words[5] == 55);
    else if (request == COUNT)
        CHECK(words[1] == second + 1 && words[2] == 23 && words[3] == 34 && words[4] == 45 && words[5] == 56);
    return result == HYP_OK ? (hyp_result_t)words[0] : result;
}

uint64_t ask(const char *gate, enum request request, uint64_t second)
{
    return (uint64_t)ask_result(gate, request, second);
}

void wait_ready(const char *gate)
{
    while (ask_result(gate, CLOCK, 0) < 0)
        ;
}

void windows(uint64_t count)
{
    while (count--)
        hyp_yield();
}

static const struct {
    const char *role;
    void (*play)(void);
} roles[] = {
    {"calls", client_calls},   {"vectors", client_vectors},     {"faults", client_faults},     {"dies", client_dies},
    {"inherits", client_inherits}, {"controls", client_controls}, {"busy", client_keeps_busy}, {"refused", client_refused},
    {"waits", client_waits},   {"helps", client_helps},         {"stuck", client_stuck},       {"listened", client_of_listener},
    {"loses", client_loses},   {"rings", client_rings},   {"storms", client_storms},
};

void partition_main(void)
{
    for (uint32_t n = 0; n < sizeof roles / sizeof *roles; n++)
        if (strcmp(hyp_info()->args, roles[n].role) == 0) {
            roles[n].play();
            end();
        }
    serve();
}
