/* The calls of group `gates`, and four servers without windows. `other` keeps one of them busy across its windows. */
#include "../case.h"

#define WORDS {3, 5, 7, 11, 13, 17}
#define MS 1000000u

static int told;

static uint64_t register_call(uint64_t rax, uint64_t *first)
{
    uint64_t rdi = *first;
    __asm__ volatile("syscall" : "+a"(rax), "+D"(rdi) : : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory");
    *first = rdi;
    return rax;
}

static void add(int caller, uint64_t words[6])
{
    if (!told && caller == 1 && words[0] == 3 && words[3] == 11 && words[5] == 17) {
        told = 1;
        WORKS(gate_reply_wait, caller == hyp_gate("adding") + 1);
    }
    for (uint32_t n = 0; n < 6; n++)
        words[n] += 100 + (uint64_t)caller;
}

static void break_down(int caller, uint64_t words[6])
{
    (void)caller;
    if (words[0] == 1)
        hyp_partition_control(hyp_partition("fragile"), HYP_CONTROL_COLD_RESTART);
    words[0] = 99;
}

static void last(int caller, uint64_t words[6])
{
    (void)caller;
    while (hyp_time() < words[0])
        ;
}

static void serve_as(const char *args)
{
    if (case_role("adder"))
        hyp_gate_serve(add);
    if (case_role("fragile"))
        hyp_gate_serve(break_down);
    if (case_role("slow"))
        hyp_gate_serve(last);
    if (case_role("gone"))
        hyp_mode_set(HYP_MODE_IDLE);
    hyp_printf("wrong role %s\n", args);
}

static void other(void)
{
    uint64_t words[6] = {0};

    hyp_yield();
    while (hyp_gate_call(hyp_gate("lasting"), words) != HYP_OK)
        ;
    words[0] = hyp_time() + 35 * MS;
    hyp_gate_call(hyp_gate("lasting"), words); /* in several windows */
    case_windows(1000);
}

static int same(const uint64_t words[6], uint64_t more)
{
    static const uint64_t sent[6] = WORDS;

    for (uint32_t n = 0; n < 6; n++)
        if (words[n] != sent[n] + more)
            return 0;
    return 1;
}

static void plain_calls(void)
{
    hyp_gate_t adding = hyp_gate("adding");
    uint64_t words[6] = WORDS, word = 3;
    const char *unready = "the server has not come to wait for requests since its start; a passive one has now been helped to";

    CASE(gate_call, NOT_AVAILABLE, unready, hyp_gate_call(adding, words));
    WORKS(gate_call, same(words, 0));
    WORKS(gate_call, hyp_gate_call(adding, words) == HYP_OK && same(words, 101));
    CASE(gate_call, INVALID_PARAM, "the caller has no gate of that number", hyp_gate_call(4, words));
    CASE(gate_call, INVALID_PARAM, "the caller has no gate of that number", hyp_gate_call(0xffff, words));
    CASE(gate_call, INVALID_PARAM, "the caller has no gate of that number", hyp_gate_call(-1, words));
    WORKS(gate_call, same(words, 101));
    CASE(gate_reply_wait, INVALID_CONFIG, "no gate leads to the caller", case_call(HYP_CALL_GATE_REPLY_WAIT, 0, 0, 0));
    /* Any bit that belongs to no gate's number makes it another call. */
    if (register_call((uint64_t)HYP_HYPERCALL_TAG << 32 | 1ull << 31 | HYP_CALL_NOP, &word) != (uint64_t)HYP_UNKNOWN_HYPERCALL)
        hyp_printf("wrong number\n");
}

void partition_main(void)
{
    const char *gone = "the server is halted or suspended";
    const char *busy = "the server serves someone else, and the plan says `when_busy: refuse`";
    const char *lost = "the server was halted, restarted or suspended while it served this call";
    uint64_t words[6] = WORDS;

    if (hyp_info()->args[0] != '\0' && !case_role("other"))
        serve_as(hyp_info()->args);
    if (case_role("other"))
        other();
    plain_calls();
    hyp_gate_call(hyp_gate("going"), words); /* which halts itself instead of coming up */
    CASE(gate_call, NOT_AVAILABLE, gone, hyp_gate_call(hyp_gate("going"), words));
    while (hyp_gate_call(hyp_gate("breaking"), words) != HYP_OK)
        ;
    WORKS(gate_call, words[0] == 99);
    words[0] = 1;
    CASE(gate_call, NOT_AVAILABLE, lost, hyp_gate_call(hyp_gate("breaking"), words));
    WORKS(gate_call, words[0] == 1);
    case_windows(3);
    CASE(gate_call, NOT_AVAILABLE, busy, hyp_gate_call(hyp_gate("lasting"), words));
    case_end();
}
