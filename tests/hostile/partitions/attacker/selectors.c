/* Every selector in every way that ring 3 can load one. */
#include "attacker.h"

#define LOAD(reg) \
    static void load_##reg(uint64_t selector, uint64_t unused) \
    { \
        uint64_t after = 0; \
        (void)unused; \
        __asm__ volatile("mov %w1, %%" #reg "; mov %%" #reg ", %k0" : "=r"(after) : "r"(selector) : "memory"); \
        CHECK(after, selector); \
        the_log->values[0] = after; \
        run_for(CROSSING); \
        __asm__ volatile("mov %%" #reg ", %k0" : "=r"(after)); \
        the_log->values[1] = after; \
    }
LOAD(ds)
LOAD(es)
LOAD(fs)
LOAD(gs)
LOAD(ss)

static void return_to(uint64_t selector, uint64_t unused)
{
    (void)unused;
    far_return(selector);
}

static void jump_far(uint64_t selector, uint64_t unused)
{
    (void)unused;
    far_jump(selector);
}

static uint64_t stack_here(void)
{
    uint64_t rsp;
    __asm__ volatile("mov %%rsp, %0" : "=r"(rsp));
    return rsp;
}

static void iret_cs(uint64_t cs, uint64_t unused)
{
    (void)unused;
    iret_to((uint64_t)iret_cs, cs, 0x202, stack_here(), 0x1b);
}

static void iret_ss(uint64_t ss, uint64_t unused)
{
    (void)unused;
    iret_to((uint64_t)iret_ss, 0x23, 0x202, stack_here(), ss);
}

static void iret_rip(uint64_t rip, uint64_t unused)
{
    (void)unused;
    iret_to(rip, 0x23, 0x202, stack_here(), 0x1b);
}

static void iret_nested(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    __asm__ volatile("pushf; orq $0x4000, (%%rsp); popf; iretq" : : : "memory");
}

const struct attack selector_attacks[] = {
    {"load_ds", load_ds}, {"load_es", load_es}, {"load_fs", load_fs}, {"load_gs", load_gs}, {"load_ss", load_ss},
    {"far_return", return_to}, {"far_jump", jump_far}, {"iret_cs", iret_cs}, {"iret_ss", iret_ss}, {"iret_rip", iret_rip},
    {"iret_nested", iret_nested}, {0, 0},
};
