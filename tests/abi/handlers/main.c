/*
 * Upcall and trap handlers against the code that they interrupt: registers, FPU state, stacks, order, masks, nesting; in two lives.
 *
 * `pending` bits are set here as the kernel sets them, so that each step is exact.
 */
#include "../cases/case.h"

#define LOW 40
#define HIGH 200
#define TICK 20000u /* ns */

#define CHECK(condition) check((condition), #condition, __LINE__)

static volatile unsigned ticks;
static volatile unsigned calls;
static hyp_event_t order[8];

static void check(int holds, const char *text, int line)
{
    if (!holds) {
        case_failures++;
        hyp_printf("wrong line %d: not %s\n", line, text);
    }
}

static void raise_event(hyp_event_t event)
{
    volatile struct hyp_control *control = (volatile struct hyp_control *)HYP_CONTROL_PAGE;

    __atomic_fetch_or(&control->pending[event / 64], 1ull << (event % 64), __ATOMIC_SEQ_CST);
}

/* Spoils what a handler may spoil: the floating-point registers and their modes too, where there are any. */
static void on_tick(hyp_event_t event)
{
    (void)event;
    ticks++;
#ifdef __SSE__
    uint32_t mxcsr = 0x7f80; /* rounds towards zero */
    uint16_t control = 0xc7f;

    __asm__ volatile("ldmxcsr %0\n\tfldcw %1\n\tfldpi\n\tpcmpeqd %%xmm0, %%xmm0\n\tpcmpeqd %%xmm15, %%xmm15" : : "m"(mxcsr), "m"(control) : "xmm0", "xmm15");
#endif
}

static void on_order(hyp_event_t event)
{
    if (calls < sizeof order / sizeof *order)
        order[calls] = event;
    calls++;
}

/* Counts rounds of a loop over all general registers until three ticks have interrupted it; 0 when one was changed. */
static uint64_t registers_kept(void)
{
    uint64_t good = 1;

    for (unsigned from = ticks; ticks < from + 3;) {
        uint64_t sum;

        __asm__ volatile("subq $256, %%rsp\n\tmovq $1, %%rbx\n\tmovq $2, %%rcx\n\tmovq $3, %%rdx\n\tmovq $4, %%rsi\n\tmovq $5, %%rdi\n\tmovq $6, %%r8\n\t"
                         "movq $7, %%r9\n\tmovq $8, %%r10\n\tmovq $9, %%r11\n\tmovq $10, %%r12\n\tmovq $11, %%r13\n\tmovq $12, %%r14\n\t"
                         "movq $13, %%r15\n\tmovq $0xabcdef, -64(%%rsp)\n\tmovq $300, %%rax\n"
                         "1:\tdecq %%rax\n\tjnz 1b\n\tmovq -64(%%rsp), %%rax\n\tsubq $0xabcdef, %%rax\n\taddq %%rbx, %%rax\n\t"
                         "addq %%rcx, %%rax\n\taddq %%rdx, %%rax\n\taddq %%rsi, %%rax\n\taddq %%rdi, %%rax\n\taddq %%r8, %%rax\n\t"
                         "addq %%r9, %%rax\n\taddq %%r10, %%rax\n\taddq %%r11, %%rax\n\taddq %%r12, %%rax\n\taddq %%r13, %%rax\n\t"
                         "addq %%r14, %%rax\n\taddq %%r15, %%rax\n\taddq $256, %%rsp"
                         : "=a"(sum)
                         :
                         : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
        good &= sum == 91;
    }
    return good;
}

#ifdef __SSE__
/* The same for what the handler spoils of the FPU. */
static int fpu_kept(void)
{
    int good = 1;

    for (unsigned from = ticks; ticks < from + 3;) {
        uint64_t low, high;
        uint32_t mxcsr;
        uint16_t status;

        __asm__ volatile("movq $0x1234, %%rax\n\tmovq %%rax, %%xmm0\n\tmovq %%rax, %%xmm15\n\tfninit\n\tfld1\n\tmovq $300, %%rax\n"
                         "1:\tdecq %%rax\n\tjnz 1b\n\tmovq %%xmm0, %0\n\tmovq %%xmm15, %1\n\tstmxcsr %2\n\tfnstsw %3\n\tfstp %%st"
                         : "=r"(low), "=r"(high), "=m"(mxcsr), "=m"(status)
                         :
                         : "rax", "xmm0", "xmm15", "st", "cc");
        good &= low == 0x1234 && high == 0x1234 && (mxcsr & 0xffc0) == 0x1f80 && (status >> 11 & 7) == 7;
    }
    return good;
}
#endif

static void order_and_masks(void)
{
    hyp_events_disable();
    hyp_on_event(LOW, on_order);
    hyp_on_event(HIGH, on_order);
    raise_event(HIGH);
    raise_event(LOW);
    raise_event(LOW + 1); /* nobody handles it: it is masked, and stays pending */
    CHECK(calls == 0);
    hyp_events_enable();
    CHECK(calls == 2 && order[0] == LOW && order[1] == HIGH);
    hyp_on_event(LOW + 1, on_order);
    CHECK(calls == 3 && order[2] == LOW + 1);
    hyp_on_event(LOW, NULL);
    raise_event(LOW);
    hyp_events_enable();
    CHECK(calls == 3);
    CHECK(hyp_event_wait(1ull << LOW, 0) == 1ll << LOW);
    CHECK(hyp_event_wait(1ull << LOW, 0) == HYP_TIMED_OUT);
    hyp_on_event(-1, on_order);
    hyp_on_event(HYP_EVENT_WORDS * 64, on_order);
    hyp_events_disable();
}

static volatile unsigned traps;
static volatile unsigned ticks_in_trap;
static volatile int trap_waits;

static void on_trap(hyp_frame_t *frame)
{
    unsigned before = ticks;

    for (hyp_time_t end = hyp_time() + 3 * TICK; trap_waits && hyp_time() < end;) /* upcalls come, below on this stack */
        ;
    ticks_in_trap = ticks - before;
    traps++;
    frame->rip += 2; /* behind `ud2` */
}

static void trap_here(void)
{
    __asm__ volatile("ud2" : : : "memory");
}

/*
 * A handler's own red zone must outlive a trap in it, whose handler goes on below: tried at each alignment of the stack, since what
 * is written below it is aligned.
 */
static void on_fault_inside(hyp_event_t event)
{
    (void)event;
    for (uint64_t room = 256; room < 256 + 64; room += 16) {
        uint64_t mark;

        __asm__ volatile("subq %1, %%rsp\n\tmovq $0xabcdef, -128(%%rsp)\n\tud2\n\tmovq -128(%%rsp), %0\n\taddq %1, %%rsp"
                         : "=&r"(mark)
                         : "r"(room)
                         : "memory", "cc");
        CHECK(mark == 0xabcdef);
    }
}

static void nesting(void)
{
    hyp_on_trap(HYP_HEALTH_INVALID_OPCODE, on_trap);
    trap_here();
    CHECK(traps == 1);
    hyp_on_event(LOW, on_fault_inside);
    raise_event(LOW);
    hyp_events_enable();
    CHECK(traps == 5);
    trap_waits = 1;
    trap_here();
    CHECK(traps == 6 && ticks_in_trap >= 2);
    CHECK(registers_kept());
    hyp_events_disable();
}

/* ---- Syscalls of another system: number in rax, arguments as Linux has them. */

static volatile unsigned syscalls;

static void on_syscall(hyp_frame_t *frame)
{
    syscalls++;
    CHECK(frame->vector == HYP_HEALTH_ILLEGAL_HYPERCALL && frame->rcx == frame->rip);
    frame->rax = frame->rax * 1000000 + frame->rdi * 100000 + frame->rsi * 10000 + frame->rdx * 1000 + frame->r10 * 100 + frame->r8 * 10 + frame->r9;
}

static uint64_t foreign(uint64_t number)
{
    register uint64_t fourth __asm__("r10") = 4;
    register uint64_t fifth __asm__("r8") = 5;
    register uint64_t sixth __asm__("r9") = 6;
    uint64_t rax = number;

    __asm__ volatile("syscall" : "+a"(rax) : "D"(1), "S"(2), "d"(3), "r"(fourth), "r"(fifth), "r"(sixth) : "rcx", "r11", "memory");
    return rax;
}

static void reflection(void)
{
    syscalls = 0;
    CHECK(foreign(7) == (uint64_t)HYP_UNKNOWN_HYPERCALL); /* nobody's: logged */
    hyp_on_syscall(on_syscall);
    CHECK(foreign(9) == 9123456 && foreign(0) == 123456 && syscalls == 2);
    CHECK(hyp_nop() == HYP_OK && syscalls == 2); /* with the tag they are hyp's */
    hyp_events_enable();
    for (unsigned from = ticks; ticks < from + 3;)
        CHECK(foreign(1) == 1123456);
    hyp_events_disable();
    hyp_on_syscall(NULL);
    CHECK(foreign(8) == (uint64_t)HYP_UNKNOWN_HYPERCALL);
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    traps = calls = 0;
    trap_waits = 0;
    hyp_on_event(HYP_EVENT_TIMER, on_tick);
    hyp_timer_set(HYP_CLOCK_MONOTONIC, hyp_time() + TICK, TICK);
    hyp_events_enable();
    CHECK(registers_kept());
#ifdef __SSE__
    CHECK(fpu_kept());
#endif
    order_and_masks();
    nesting();
    reflection();
    if (info->warm_starts == 0) /* once more: nothing of this life's handlers, masks and timers is there then */
        hyp_partition_control((hyp_partition_t)info->partition, HYP_CONTROL_WARM_RESTART);
    case_end();
}
