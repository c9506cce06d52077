/*
 * A partition that handles its own faults: divides by zero, and gives the division the result that it wants.
 *
 * In the plan: `health: {divide_error: propagate, page_fault: propagate}`.
 */
#include <hyp.h>

#define ROUNDS 3

static volatile unsigned faults;

/* The context is where the fault was; what is written into the frame is what the program goes on with. */
static void on_divide(hyp_frame_t *frame)
{
    faults++;
    frame->rax = INT32_MAX;
    frame->rip += 2; /* behind `idivl %ecx` */
}

static void on_page_fault(hyp_frame_t *frame)
{
    hyp_printf("touched 0x%llx\n", (unsigned long long)hyp_trap_address());
    faults++;
    frame->rax = 42;
    frame->rip += 2; /* behind `movl (%rcx), %eax` */
}

static int32_t divide(int32_t dividend, int32_t divisor)
{
    int32_t high = dividend < 0 ? -1 : 0;

    __asm__ volatile("idivl %%ecx" : "+a"(dividend), "+d"(high) : "c"(divisor) : "cc");
    return dividend;
}

static uint32_t load(uint64_t address)
{
    uint32_t value;

    __asm__ volatile("movl (%%rcx), %%eax" : "=a"(value) : "c"(address) : "memory");
    return value;
}

void partition_main(void)
{
    hyp_on_trap(HYP_HEALTH_DIVIDE_ERROR, on_divide);
    hyp_on_trap(HYP_HEALTH_PAGE_FAULT, on_page_fault);
    hyp_mode_set(HYP_MODE_NORMAL);
    for (int32_t divisor = ROUNDS - 1; divisor >= 0; divisor--) {
        hyp_printf("10 / %d = %d\n", (int)divisor, (int)divide(10, divisor));
        hyp_yield();
    }
    uint32_t value = load(0x1000); /* the low 64 KiB are never mapped */
    hyp_printf("read %u there\n", (unsigned)value);
    hyp_verdict(faults == 2 && value == 42, faults == 2 ? "handled its own faults" : "a fault got lost");
}
