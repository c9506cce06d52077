/* CPU state that a partition may set, carried into the kernel by calls, timer interrupts and faults, and found again afterwards. */
#include "attacker.h"

#include <string.h>

#define STATUS 0x8d5u               /* CF PF AF ZF SF OF: what calls and the loop change */

static const uint64_t addresses[] = {
    0, 1, 0xfff, 0x7fffffffffff, 0x7ffffffff000, 0xffff800000000000, 0xffffffff80100000, 0xffffffff98000000, 0xffffffffc0006000,
    0xffffffffffffffff, 0xfffffffffffffff8, 0x200000, 0x20f000,
};
#define ADDRESSES (sizeof addresses / sizeof *addresses)

/* NT AC DF ID, and what ring 3 cannot set: IF IOPL RF VIF. `flags` adds to what POPF leaves. */
static void flags(uint64_t wanted, uint64_t kept)
{
    uint64_t after = flags_across(wanted | 2, CROSSING);
    CHECK(after & ~STATUS, (kept | 0x202) & ~STATUS);
    __asm__ volatile("cld");
}

/* The same flags in every call and at every interrupt, for ever. */
static void flags_hold(uint64_t wanted, uint64_t unused)
{
    (void)unused;
    for (;;)
        flags_across(wanted | 2, CROSSING);
}

static void text_with_df(uint64_t first, uint64_t second)
{
    static const char text[] = "forward, whatever DF says\n";
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_CONSOLE_WRITE;
    (void)first;
    (void)second;
    __asm__ volatile("std; syscall; cld" : "+a"(rax) : "D"(text), "S"(sizeof text - 1) : "rcx", "r11", "memory");
    CHECK(rax, sizeof text - 1);
}

static void bases(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    for (uint32_t n = 0; n < ADDRESSES; n++) {
        uint64_t fs = addresses[n], gs = addresses[ADDRESSES - 1 - n], fs_after, gs_after;
        if (fs == 0x7fffffffffff || gs == 0x7fffffffffff)
            continue;
        __asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(fs), "r"(gs));
        CHECK(tagged(HYP_CALL_NOP, 0, 0, 0), 0);
        CHECK(tagged(HYP_CALL_CONSOLE_WRITE, 0, 1, 0), HYP_BAD_ADDRESS);
        run_for(CROSSING);
        CHECK(hyp_yield(), 0);
        __asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs_after), "=r"(gs_after));
        CHECK(fs_after, fs);
        CHECK(gs_after, gs);
    }
}

/* The kernel's own GS base, kept while faults, calls and windows go by. */
static void gs_hold(uint64_t gs, uint64_t unused)
{
    (void)unused;
    __asm__ volatile("wrgsbase %0" : : "r"(gs));
    for (;;) {
        uint64_t after;
        CHECK(tagged(HYP_CALL_NOP, 0, 0, 0), 0);
        __asm__ volatile("rdgsbase %0" : "=r"(after));
        CHECK(after, gs);
    }
}

static void gs_fault(uint64_t gs, uint64_t unused)
{
    (void)unused;
    __asm__ volatile("wrgsbase %0; ud2" : : "r"(gs));
}

static void stacks(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    for (uint32_t n = 0; n < ADDRESSES; n++)
        stack_across(addresses[n], CROSSING);
}

static void stack_lost(uint64_t rsp, uint64_t unused)
{
    (void)unused;
    stack_fault(rsp);
}

/* The first instruction's registers: nothing of the kernel or of a neighbour is in them. */
static void entry(uint64_t first, uint64_t second)
{
    const hyp_area_t *stack = hyp_area("stack");
    (void)first;
    (void)second;
    for (int n = 0; n < 16; n++)
        CHECK(entry_registers[n], n == 7 ? stack->base + stack->size - 8 : 0);
    CHECK(entry_registers[16], 0x202);
    for (int n = 17; n < 23; n++)
        CHECK(entry_registers[n], 0);
    CHECK(*(const uint16_t *)entry_fpu, 0x37f);
    CHECK(*(const uint32_t *)(entry_fpu + 24), 0x1f80);
    CHECK(entry_fpu[2] | entry_fpu[3] | entry_fpu[4], 0);
    for (int n = 32; n < 416; n++)
        CHECK(entry_fpu[n], 0);
}

/* Fills x87 and SSE, and finds the same after windows of others that do it too. */
static void fpu(uint64_t pattern, uint64_t unused)
{
    static uint8_t before[512] __attribute__((aligned(16))), after[512] __attribute__((aligned(16)));
    uint32_t control = 0x1f80 | (uint32_t)(pattern & 3) << 13;
    uint16_t x87 = (uint16_t)(0x37f & ~((pattern & 1) << 8));
    (void)unused;
    memset(before, 0, sizeof before);
    before[0] = (uint8_t)x87;
    before[1] = (uint8_t)(x87 >> 8);
    memcpy(before + 24, &control, sizeof control);
    before[4] = 0xff;                                       /* all eight registers are in use */
    for (int n = 32; n < 416; n++)
        before[n] = (uint8_t)(pattern + (uint64_t)n * 7);
    for (int n = 0; n < 8; n++)
        memset(before + 32 + 16 * n + 10, 0, 6);            /* x87 registers have 10 bytes */
    for (int round = 0; round < 3; round++) {
        __asm__ volatile("fxrstor64 (%0)" : : "r"(before) : "memory");
        run_for(CROSSING);
        hyp_yield();
        __asm__ volatile("fxsave64 (%0)" : : "r"(after) : "memory");
        CHECK(memcmp(before, after, 5), 0);
        CHECK(memcmp(before + 24, after + 24, 4), 0);
        for (int n = 32; n < 416; n++)
            CHECK(after[n], before[n]);
    }
}

/* What could number the core, or tell of another's extended state. */
static void constants(uint64_t first, uint64_t second)
{
    uint32_t a, b, c, d;
    uint64_t id = 7;
    (void)first;
    (void)second;
    for (int n = 0; n < 3; n++) {
        __asm__ volatile("rdtscp" : "=a"(a), "=c"(c), "=d"(d));
        CHECK(c, 0);
        __asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
        CHECK(c >> 4 & 1, 0);                               /* OSPKE */
        if (c >> 22 & 1) {
            __asm__ volatile("rdpid %0" : "=r"(id));
            CHECK(id, 0);
        }
        __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
        CHECK(a, 3);                                        /* x87 and SSE: what the board file says */
        CHECK(d, 0);
        run_for(CROSSING);
    }
}

const struct attack state_attacks[] = {
    {"flags", flags}, {"flags_hold", flags_hold}, {"text_with_df", text_with_df}, {"bases", bases}, {"gs_hold", gs_hold}, {"gs_fault", gs_fault},
    {"stacks", stacks}, {"stack_lost", stack_lost}, {"entry", entry}, {"fpu", fpu}, {"constants", constants}, {0, 0},
};
