/*
 * How a partition of these tests says what it has driven: a line for each case of the ABI's definition that came true, and a
 * line that begins with `wrong` for each that did not. The host compares the lines with the definition.
 */
#ifndef CASE_H
#define CASE_H

#include <hyp.h>

/* Nothing is mapped here. */
#define NOWHERE 0x8000u
/* The call answers with this error, for this reason: words of the definition. */
#define CASE(call, result, reason, got) case_check(#call, #result, reason, HYP_##result, (int64_t)(got))
/* The call did what it is for. */
#define WORKS(call, holds) case_works(#call, (holds), #holds, __LINE__)

static int case_failures;

static inline void case_check(const char *call, const char *result, const char *reason, int64_t expected, int64_t got)
{
    if (got == expected) {
        hyp_printf("case %s %s %s\n", call, result, reason);
    } else {
        case_failures++;
        hyp_printf("wrong %s %s %s: %lld\n", call, result, reason, (long long)got);
    }
}

static inline void case_works(const char *call, int holds, const char *text, int line)
{
    if (holds) {
        hyp_printf("case %s OK\n", call);
    } else {
        case_failures++;
        hyp_printf("wrong %s OK line %d: not %s\n", call, line, text);
    }
}

/* The last thing that a partition of these tests does: without it the run is no good one. */
static inline void case_end(void)
{
    hyp_verdict(case_failures == 0, case_failures == 0 ? "all cases" : "see the lines that begin with wrong");
}

/* A hypercall below the library, which would not let some of this happen. */
static inline int64_t case_call(uint32_t number, uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;

    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(third) : "rcx", "r11", "memory");
    return (int64_t)rax;
}

/* Nonzero: the plan gave this partition that word. */
static inline int case_role(const char *word)
{
    const char *args = hyp_info()->args;

    while (*word != '\0' && *args == *word) {
        args++;
        word++;
    }
    return *args == *word;
}

static inline void case_windows(int count)
{
    for (int window = 0; window < count; window++)
        hyp_yield();
}

#endif
