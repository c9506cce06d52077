/* Lies in the control page, and calls of the services by someone who means harm. Some end with a fault of one's own. */
#include "attacker.h"

#define CONTROL ((volatile struct hyp_control *)HYP_CONTROL_PAGE)
#define NEVER UINT64_MAX
#define UNUSED (void)first, (void)second

static const uint64_t outside[] = {
    0x7ffffffff000, 0x7fffffffffff, 0x800000000000, 0xffff800000000000, 0xffffffff80100000, 0xffffffff98000000, 0xffffffffc0006000,
    0xffffffffb0000000, UINT64_MAX, 0x8000000000000000,
};
#define OUTSIDE (sizeof outside / sizeof *outside)

static int64_t quick(uint32_t number)
{
    return tagged(number, 0, 0, 0);
}

static void fill(uint64_t word)
{
    for (uint32_t n = 0; n < 4096 / 8; n++)
        ((volatile uint64_t *)HYP_CONTROL_PAGE)[n] = word;
}

/* Every event pending, nothing masked, and a handler or stack where no partition is: no upcall, and nothing else either. */
static void upcalls_lie(uint64_t first, uint64_t second)
{
    UNUSED;
    for (uint32_t n = 0; n < 2 * OUTSIDE; n++) {
        fill(UINT64_MAX);
        for (uint32_t word = 0; word < HYP_EVENT_WORDS; word++)
            CONTROL->mask[word] = 0;
        CONTROL->upcall_handler = n < OUTSIDE ? outside[n] : 0x210000;
        CONTROL->handler_stack = n < OUTSIDE ? 0x210000 : outside[n - OUTSIDE];
        CHECK(quick(HYP_CALL_EVENT_UNMASK), 0);
        CHECK(CONTROL->vif, UINT32_MAX);
        CHECK(quick(HYP_CALL_UPCALL_RETURN), HYP_INVALID_PARAM);
        CHECK(quick(HYP_CALL_TRAP_RETURN), HYP_NO_ACTION);
        CHECK(tagged(HYP_CALL_EVENT_WAIT, UINT64_MAX >> 1, NEVER, 0), INT64_MAX);
        CHECK(hyp_yield(), 0);
    }
}

/* A frame with the kernel's selectors and flags that no partition has: it goes on with its own. */
static void frames_lie(uint64_t first, uint64_t second)
{
    static const uint64_t lies[] = {0, UINT64_MAX, 0x3000, 0x4000, 0x20000, 0x40000, 0x180000, 0x10000, 0x3f7ed5 & ~0x100ull};
    volatile struct hyp_frame *frame = &CONTROL->frames[0];
    UNUSED;
    for (uint32_t n = 0; n < sizeof lies / sizeof *lies; n++) {
        uint64_t flags, cs, ss;
        if (lies[n] & 0x100)
            continue;                   /* TF is the partition's to set: it would trap */
        frame->cs = n & 1 ? 0x08 : 0x10;
        frame->ss = n & 1 ? 0x10 : 0;
        frame->rflags = lies[n];
        __asm__ volatile("mov %%rsp, %4; mov %%rbp, %5; lea 1f(%%rip), %%rax; mov %%rax, %3\n\t"
                         "mov %6, %%rax; syscall\n\t"
                         "1: pushf; pop %%rax; cld; mov %%cs, %%ecx; mov %%ss, %%edx"
                         : "=&a"(flags), "=&c"(cs), "=&d"(ss), "=m"(frame->rip), "=m"(frame->rsp), "=m"(frame->rbp)
                         : "i"((uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_UPCALL_RETURN)
                         : "rbx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
        CHECK(flags & ~0x200dd5ull, 0x202);
        CHECK(cs & 0xffff, 0x23);
        CHECK(ss & 0xffff, 0x1b);
    }
    for (uint32_t n = 0; n < 2 * OUTSIDE; n++) {
        frame->rip = n < OUTSIDE ? outside[n] : 0x210000;
        frame->rsp = n < OUTSIDE ? 0x210000 : outside[n - OUTSIDE];
        CHECK(quick(HYP_CALL_UPCALL_RETURN), HYP_INVALID_PARAM);
    }
    CONTROL->vif = 0;
}

/* Everything that needs a grant, on everyone and everything. */
static void no_grants(uint64_t first, uint64_t second)
{
    uint32_t self = hyp_info()->partition;
    UNUSED;
    for (uint32_t other = 0; other < 3; other++)
        for (uint32_t operation = 0; operation <= HYP_CONTROL_COLD_RESTART && other != self; operation++) {
            CHECK(tagged(HYP_CALL_PARTITION_CONTROL, other, operation, 0), HYP_NOT_PERMITTED);
            CHECK(tagged(HYP_CALL_PARTITION_STATUS, other, the_log->values[0], 0), HYP_NOT_PERMITTED);
        }
    for (uint32_t n = 0; n < OUTSIDE; n++) {
        CHECK(tagged(HYP_CALL_SCHEDULE_SWITCH, n ? outside[n] : 0, 0, 0), HYP_NOT_PERMITTED);
        CHECK(tagged(HYP_CALL_MODULE_CONTROL, n < 3 ? n : outside[n], 0, 0), HYP_NOT_PERMITTED);
        CHECK(tagged(HYP_CALL_HEALTH_READ, outside[n], 1, 0), HYP_NOT_PERMITTED);
        CHECK(tagged(HYP_CALL_HEALTH_STATUS, outside[n], 0, 0), HYP_NOT_PERMITTED);
        CHECK(tagged(HYP_CALL_IRQ_ACK, n, 0, 0), HYP_INVALID_PARAM);
        CHECK(tagged(HYP_CALL_IRQ_MASK, n, 1, 0), HYP_INVALID_PARAM);
        CHECK(tagged(HYP_CALL_SCHEDULE_STATUS, outside[n], 0, 0), HYP_BAD_ADDRESS);
        CHECK(tagged(HYP_CALL_MODULE_STATUS, outside[n], 0, 0), HYP_BAD_ADDRESS);
    }
}

static void timers_extreme(uint64_t first, uint64_t second)
{
    static const uint64_t beyond[] = {(1ull << 60) + 1, 1ull << 62, 1ull << 63, UINT64_MAX};
    UNUSED;
    for (uint64_t clock = 0; clock < 2; clock++) {
        for (uint32_t n = 0; n < 4; n++) {
            CHECK(tagged(HYP_CALL_TIMER_SET, clock, beyond[n], 0), HYP_INVALID_PARAM);
            CHECK(tagged(HYP_CALL_TIMER_SET, clock, 0, beyond[n]), HYP_INVALID_PARAM);
            CHECK(tagged(HYP_CALL_TIMER_SET, n + 2, 0, 0), HYP_INVALID_PARAM);
        }
        CHECK(tagged(HYP_CALL_TIMER_SET, clock, 0, HYP_TIMER_PERIOD_MIN - 1), HYP_INVALID_PARAM);
        CHECK(tagged(HYP_CALL_TIMER_SET, clock, 0, 1), HYP_INVALID_PARAM);
        CHECK(tagged(HYP_CALL_TIMER_SET, clock, 0, 0), HYP_NO_ACTION);
        CHECK(tagged(HYP_CALL_TIMER_SET, clock, 1ull << 60, 1ull << 60), 0);
        CHECK(tagged(HYP_CALL_TIMER_SET, clock, 0, 1ull << 60), 0);
        hyp_yield();
        CHECK(tagged(HYP_CALL_TIMER_CANCEL, clock, 0, 0), 0);
        CHECK(tagged(HYP_CALL_TIMER_SET, clock, 0, HYP_TIMER_PERIOD_MIN), 0);
        run_for(CROSSING);
        CHECK(tagged(HYP_CALL_TIMER_CANCEL, clock, 0, 0) > 0, 1);
        CHECK(tagged(HYP_CALL_TIMER_CANCEL, clock, 0, 0), HYP_NO_ACTION);
    }
}

/* ---- Ends. */

static void return_nowhere(uint64_t first, uint64_t second)
{
    UNUSED;
    fill(0);
    quick(HYP_CALL_UPCALL_RETURN);
}

/* A trap whose handler is not there, or has no stack: `first` and `second` are what the control page says. */
static void trap_to(uint64_t handler, uint64_t stack)
{
    CONTROL->trap_handler = handler;
    CONTROL->trap_stack = stack;
    __asm__ volatile("ud2");
}

static void faulting_handler(void)
{
    __asm__ volatile("ud2");
}

static void trap_in_trap(uint64_t first, uint64_t second)
{
    UNUSED;
    trap_to((uint64_t)faulting_handler, 0);
}

static void trap_without_stack(uint64_t first, uint64_t second)
{
    UNUSED;
    CONTROL->trap_handler = (uint64_t)faulting_handler;
    __asm__ volatile("mov %0, %%rsp; ud2" : : "r"(0xffffffff98004000));
}

static void starve(uint64_t first, uint64_t second)
{
    UNUSED;
    CHECK(tagged(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0), 0);
    for (;;)
        ;
}

static void sleep_forever(uint64_t waits, uint64_t unused)
{
    (void)unused;
    if (waits)
        tagged(HYP_CALL_EVENT_WAIT, 1, NEVER, 0);
    else
        tagged(HYP_CALL_IDLE_UNTIL, NEVER, 0, 0);
}

/* ---- Noise. */

static uint64_t turn(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 11;
}

static void scribble(uint64_t first, uint64_t second)
{
    uint64_t state = 1;
    UNUSED;
    for (;;) {
        for (uint32_t n = 0; n < sizeof(struct hyp_control) / 8; n++)
            ((volatile uint64_t *)HYP_CONTROL_PAGE)[n] = turn(&state) << turn(&state) % 40;
        CONTROL->upcall_handler = outside[turn(&state) % OUTSIDE];
        CONTROL->frames[0].rip = outside[turn(&state) % OUTSIDE];
        quick(HYP_CALL_EVENT_UNMASK);
        quick(HYP_CALL_UPCALL_RETURN);
        tagged(HYP_CALL_EVENT_WAIT, 1, 0, 0);
    }
}

static void timer_storm(uint64_t clock, uint64_t unused)
{
    (void)unused;
    for (;;)
        tagged(HYP_CALL_TIMER_SET, clock, 0, HYP_TIMER_PERIOD_MIN);
}

static void timer_edges(uint64_t first, uint64_t second)
{
    UNUSED;
    for (uint64_t n = 0;; n++)          /* about the window's net end, an instruction further each time */
        tagged(HYP_CALL_TIMER_SET, HYP_CLOCK_MONOTONIC, *(const volatile uint64_t *)&hyp_info()->window_end - 500 + n % 1000, 0);
}

static void raise_storm(uint64_t first, uint64_t second)
{
    UNUSED;
    for (uint64_t n = 0;; n++)
        tagged(HYP_CALL_HEALTH_RAISE, n, 0, 0);
}

static void idle_past(uint64_t first, uint64_t second)
{
    UNUSED;
    for (;;)
        tagged(HYP_CALL_IDLE_UNTIL, 0, 0, 0);
}

static void idle_soon(uint64_t first, uint64_t second)
{
    UNUSED;
    for (uint64_t n = 0;; n++)
        tagged(HYP_CALL_IDLE_UNTIL, (uint64_t)hyp_time() + n % 9000, 0, 0);
}

/* The handler goes back to the fault itself. */
static void trap_storm(uint64_t first, uint64_t second)
{
    static const uint8_t handler[] __attribute__((section(".text"))) = {
        0x48, 0xb8, HYP_CALL_TRAP_RETURN, 0, 0, 0, 0x31, 0x70, 0x79, 0x68,     /* mov $tag | trap_return, %rax */
        0x0f, 0x05, 0x0f, 0x0b,                                             /* syscall; ud2 */
    };
    UNUSED;
    trap_to((uint64_t)handler, 0);
}

/* Syscalls without the tag, with handlers where no partition is. */
static void reflect_lies(uint64_t first, uint64_t second)
{
    UNUSED;
    CONTROL->syscall_handler = first;
    CONTROL->trap_stack = second;
    raw_call(1, 2, 3, 4);
}

/* The handler makes one itself: `first` 1 with the handler still busy. */
static void reflect_twice(uint64_t first, uint64_t second)
{
    static const uint8_t handler[] __attribute__((section(".text"))) = {
        0x31, 0xc0, 0x0f, 0x05,                                 /* xor %eax, %eax; syscall: without the tag, slot 1 is in use */
        0x48, 0x3d, 0xf8, 0xff, 0xff, 0xff,                     /* cmp $UNKNOWN_HYPERCALL, %rax */
        0x75, 0x0c,                                             /* jne: ud2 */
        0x48, 0xb8, HYP_CALL_TRAP_RETURN, 0, 0, 0, 0x31, 0x70, 0x79, 0x68,
        0x0f, 0x05, 0x0f, 0x0b,
    };
    UNUSED;
    CONTROL->syscall_handler = (uint64_t)handler;
    for (uint64_t n = 1; n <= 20; n++)
        CHECK(raw_call(n, 0, 0, 0), n);
    CONTROL->syscall_handler = 0;
}

/* ---- In a partition whose plan says `tsc: denied`. */

static volatile uint64_t refused;

static void skip_rdtsc(hyp_frame_t *frame)
{
    const uint8_t *code = (const uint8_t *)frame->rip;
    refused++;
    frame->rip += code[1] == 0x01 ? 3 : 2;                      /* rdtscp, or rdtsc */
}

/* No look at the counter succeeds in any window, after any way back; time goes on by hypercall. */
static void clockless(uint64_t first, uint64_t second)
{
    UNUSED;
    hyp_on_trap(HYP_HEALTH_GENERAL_PROTECTION, skip_rdtsc);
    CHECK(hyp_info()->time_sequence, 0);
    hyp_time_t last = 0;
    for (uint64_t n = 0; n < 30; n++) {
        uint32_t low = 0x1234, high = 0x5678;
        __asm__ volatile("rdtsc" : "+a"(low), "+d"(high));
        __asm__ volatile("rdtscp" : "+a"(low), "+d"(high) : : "rcx");
        CHECK(low, 0x1234);
        CHECK(high, 0x5678);
        CHECK(refused, 2 * n + 2);
        hyp_time_t now = hyp_time();
        CHECK(now > last, 1);
        last = now;
        if (n % 3 == 0)
            hyp_yield();
        else if (n % 3 == 1)
            hyp_idle_until(now + 1000);
        else
            for (volatile uint32_t spin = 0; spin < 4000; spin++)
                ;
    }
}

/* In one without: the counter is open after any neighbour. */
static void clocked(uint64_t first, uint64_t second)
{
    UNUSED;
    uint64_t last = 0;
    for (uint64_t n = 0; n < 30; n++) {
        uint64_t before = now();
        CHECK(before > last, 1);
        last = before;
        hyp_yield();
    }
}

const struct attack services[] = {
    {"reflect_lies", reflect_lies}, {"reflect_twice", reflect_twice}, {"clockless", clockless}, {"clocked", clocked},
    {"upcalls_lie", upcalls_lie}, {"frames_lie", frames_lie}, {"no_grants", no_grants}, {"timers_extreme", timers_extreme},
    {"return_nowhere", return_nowhere}, {"trap_to", trap_to}, {"trap_in_trap", trap_in_trap}, {"trap_without_stack", trap_without_stack},
    {"starve", starve}, {"sleep_forever", sleep_forever}, {"scribble", scribble}, {"timer_storm", timer_storm},
    {"timer_edges", timer_edges}, {"raise_storm", raise_storm}, {"idle_past", idle_past}, {"idle_soon", idle_soon},
    {"trap_storm", trap_storm}, {0, 0},
};
