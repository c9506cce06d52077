/* Attacks on a neighbour's time and console: none ends by itself. */
#include "attacker.h"

#include <string.h>

static char block[HYP_CONSOLE_WRITE_MAX];
static uint8_t from[16384], to[16384];

#define ENDLESS(name, body) \
    static void name(uint64_t first, uint64_t second) \
    { \
        (void)first; \
        (void)second; \
        for (;;) { \
            body; \
        } \
    }

ENDLESS(idle, hyp_yield())
ENDLESS(spin, )
ENDLESS(nops, tagged(HYP_CALL_NOP, 0, 0, 0))
ENDLESS(times, tagged(HYP_CALL_TIME_GET, HYP_CLOCK_EXECUTION, 0, 0))
ENDLESS(unknowns, tagged(0xffff, 0, 0, 0))
ENDLESS(untagged, raw_call(0, 0, 0, 0))
ENDLESS(bad_addresses, tagged(HYP_CALL_CONSOLE_WRITE, 0x40000000, 16, 0))
ENDLESS(flood, tagged(HYP_CALL_CONSOLE_WRITE, (uint64_t)memset(block, 'f', sizeof block), sizeof block, 0))
ENDLESS(lines, tagged(HYP_CALL_CONSOLE_WRITE, (uint64_t)memset(block, '\n', sizeof block), sizeof block, 0))
ENDLESS(controls, tagged(HYP_CALL_CONSOLE_WRITE, (uint64_t)memset(block, 0x1b, sizeof block), sizeof block, 0))
ENDLESS(verdicts, tagged(HYP_CALL_VERDICT, now() & 1, (uint64_t)memset(block, 'v', sizeof block), HYP_VERDICT_TEXT_MAX))
ENDLESS(modes, tagged(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0))
ENDLESS(mov_ss, __asm__ volatile("mov %%ss, %%eax; .rept 64; mov %%eax, %%ss; .endr" : : : "rax"))
ENDLESS(pauses, __asm__ volatile("pause"))
ENDLESS(cpuids, __asm__ volatile("cpuid" : : "a"(0), "c"(0) : "rbx", "rdx"))
ENDLESS(copies, memcpy(to, from, sizeof to))
ENDLESS(strings, __asm__ volatile("rep stosb" : : "D"(to), "c"(sizeof to), "a"(0) : "memory"))
ENDLESS(far_jumps, far_jump(0x23))
ENDLESS(locked, __asm__ volatile("lock incq %0; xchg %%rax, %0" : "+m"(from) : : "rax"))
ENDLESS(saves, __asm__ volatile("fxsave64 (%0)" : : "r"(entry_fpu) : "memory"))

/* A number of instructions that is no divisor of anything before each yield, so that windows end everywhere. */
static void drifting(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    for (uint64_t n = 1;; n += 37) {
        run_for(n % 4000);
        tagged(HYP_CALL_CONSOLE_WRITE, (uint64_t)block, n % sizeof block, 0);
    }
}

const struct attack noise[] = {
    {"idle", idle}, {"spin", spin}, {"nops", nops}, {"times", times}, {"unknowns", unknowns}, {"untagged", untagged},
    {"bad_addresses", bad_addresses}, {"flood", flood}, {"lines", lines}, {"controls", controls}, {"verdicts", verdicts},
    {"modes", modes}, {"mov_ss", mov_ss}, {"pauses", pauses}, {"cpuids", cpuids}, {"copies", copies}, {"strings", strings},
    {"far_jumps", far_jumps}, {"locked", locked}, {"saves", saves}, {"drifting", drifting}, {0, 0},
};
