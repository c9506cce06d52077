/*
 * Causes once, in its first life, the health event that `args` names, after some windows; a later life only yields. It says how each
 * life began, each of its events that came to a handler, and `went on` if nothing stopped it. `warm` is a warm restart of itself.
 */
#include <hyp.h>
#include <string.h>

static uint64_t behind; /* the instruction that is to fault */

static uint32_t number;

/* What may change without the partition's noticing it: never run, never read, never used. */
__attribute__((used, noinline)) static uint64_t untouched(void)
{
    return 0x5ca1ab1e0ddba11;
}
__attribute__((used)) static const char untouched_too[64] = "constant";
__attribute__((used)) static char copied[64] = "pristine";

/* Runs `code`, of which the last instruction is to fault; `after` is where a handler goes on. The stack is left below the red zone. */
#define FAULTS_AND(code, after)                                                                                                          \
    __asm__ volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\tsubq $128, %%rsp\n\t" code "\n1:\t" after "\n\taddq $128, %%rsp" \
                     : "=m"(behind) : : "rax", "rdx", "rcx", "rbx", "memory", "cc")
#define FAULTS(code) FAULTS_AND(code, "")

static void on_trap(hyp_frame_t *frame)
{
    if (number == HYP_HEALTH_NESTED_FAULT)
        FAULTS("xorl %%ecx, %%ecx\n\txorl %%edx, %%edx\n\tdivl %%ecx");
    hyp_printf("handled %s\n", hyp_health_event_name((uint32_t)frame->vector));
    frame->rflags &= ~0x40000ull; /* AC */
    if (frame->vector <= HYP_HEALTH_MEMORY_VIOLATION && frame->vector != HYP_HEALTH_DEBUG && frame->vector != HYP_HEALTH_BREAKPOINT)
        frame->rip = behind;
}

static void spin_until(hyp_time_t end)
{
    while (hyp_time() < end)
        ;
}

static void divide_error(void)
{
    FAULTS("xorl %%ecx, %%ecx\n\txorl %%edx, %%edx\n\tdivl %%ecx");
}

/* TF is set while one instruction is executed: the one that clears it. */
static void debug(void)
{
    FAULTS("pushfq\n\tpushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n\tpopfq");
}

static void breakpoint(void)
{
    FAULTS("int3");
}

static void invalid_opcode(void)
{
    FAULTS("ud2");
}

/* movups %xmm0, %xmm0 inside another instruction, where no list of what a partition without FPU has sees it. */
static void device_not_available(void)
{
    FAULTS("jmp 2f + 2\n2:\t.byte 0x48, 0xb8, 0x0f, 0x10, 0xc0, 0x90, 0x90, 0x90, 0x90, 0x90");
}

/* A non-canonical address by way of the stack. */
static void stack_fault(void)
{
    FAULTS_AND("movq %%rbp, %%rbx\n\tmovabsq $0x800000000000, %%rbp\n\tmovq (%%rbp), %%rax", "movq %%rbx, %%rbp");
}

static void general_protection(void)
{
    FAULTS("cli");
}

static void page_fault(void)
{
    FAULTS("movl $1, 0x8000");
}

static void memory_violation(void)
{
    FAULTS("movl $1, 0xffffffff80100000");
}

static void x87_fault(void)
{
#ifdef __SSE__
    uint16_t unmasked = 0x340;

    __asm__ volatile("fninit\n\tfldcw %0" : : "m"(unmasked));
    FAULTS("fldz\n\tfld1\n\tfdivp\n\tfwait");
    __asm__ volatile("fninit");
#endif
}

static void alignment_check(void)
{
    FAULTS("pushfq\n\torl $0x40000, (%%rsp)\n\tpopfq\n\tmovl 1(%%rsp), %%eax");
}

static void simd_fault(void)
{
#ifdef __SSE__
    uint32_t unmasked = 0;

    __asm__ volatile("ldmxcsr %0" : : "m"(unmasked));
    FAULTS("movl $1, %%eax\n\tcvtsi2ss %%eax, %%xmm0\n\txorps %%xmm1, %%xmm1\n\tdivss %%xmm1, %%xmm0");
#endif
}

static void illegal_hypercall(void)
{
    FAULTS("xorl %%eax, %%eax\n\tmovq %%r11, %%rbx\n\tsyscall\n\tmovq %%rbx, %%r11");
}

/* Four frames without a kick, of which the plan allows fewer. */
static void watchdog(void)
{
    const hyp_info_t *info = hyp_info();

    spin_until(info->window_start + 4 * (info->next_start - info->window_start));
}

static void application_error(void)
{
    hyp_health_raise(77);
}

/* A period without a yield: the deadline is missed too. */
static void overrun(void)
{
    spin_until(hyp_info()->next_start);
}

/* The plan's guard is too short: each of the releases is late. */
static void late_start(void)
{
    hyp_yield();
}

static void integrity(void)
{
    hyp_partition_control((hyp_partition_t)hyp_info()->partition, HYP_CONTROL_COLD_RESTART);
}

static const struct {
    uint32_t number;
    void (*cause)(void);
} causes[] = {
    {HYP_HEALTH_DIVIDE_ERROR, divide_error},
    {HYP_HEALTH_DEBUG, debug},
    {HYP_HEALTH_BREAKPOINT, breakpoint},
    {HYP_HEALTH_INVALID_OPCODE, invalid_opcode},
    {HYP_HEALTH_DEVICE_NOT_AVAILABLE, device_not_available},
    {HYP_HEALTH_STACK_FAULT, stack_fault},
    {HYP_HEALTH_GENERAL_PROTECTION, general_protection},
    {HYP_HEALTH_PAGE_FAULT, page_fault},
    {HYP_HEALTH_X87_FAULT, x87_fault},
    {HYP_HEALTH_ALIGNMENT_CHECK, alignment_check},
    {HYP_HEALTH_SIMD_FAULT, simd_fault},
    {HYP_HEALTH_MEMORY_VIOLATION, memory_violation},
    {HYP_HEALTH_ILLEGAL_HYPERCALL, illegal_hypercall},
    {HYP_HEALTH_NESTED_FAULT, invalid_opcode},
    {HYP_HEALTH_WATCHDOG, watchdog},
    {HYP_HEALTH_APPLICATION_ERROR, application_error},
    {HYP_HEALTH_LATE_START, late_start},
    {HYP_HEALTH_OVERRUN, overrun},
    {HYP_HEALTH_DEADLINE_MISSED, overrun},
    {HYP_HEALTH_INTEGRITY, integrity},
};

static int named(const char *name)
{
    size_t length = strlen(name);

    return strncmp(hyp_info()->args, name, length) == 0 && hyp_info()->args[length] == ' ';
}

static void wait_for_turn(void)
{
    const char *digits = hyp_info()->args;
    unsigned turn = 0;

    while (*digits != '\0' && *digits++ != ' ')
        ;
    while (*digits != '\0')
        turn = turn * 10 + (unsigned)(*digits++ - '0');
    while (turn-- > 0)
        hyp_yield();
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();
    int first = info->cold_starts + info->warm_starts == 1;

    hyp_printf("start %s\n", hyp_start_cause_name(info->start_cause));
    for (int vector = 0; vector < 64; vector++)
        hyp_on_trap(vector, on_trap);
    if (first)
        wait_for_turn();
    hyp_mode_set(HYP_MODE_NORMAL);
    if (first) {
        if (named("warm"))
            hyp_partition_control((hyp_partition_t)info->partition, HYP_CONTROL_WARM_RESTART);
        for (size_t n = 0; n < sizeof causes / sizeof *causes; n++) {
            number = causes[n].number;
            if (named(hyp_health_event_name(number)))
                causes[n].cause();
        }
        hyp_printf("went on\n");
    }
    for (;;) {
        if (*info->args != '\0')
            hyp_watchdog_kick();
        hyp_yield();
    }
}
