/* Divides by zero once in its first life; the handler does the second thing that `args` names. */
#include <hyp.h>
#include <string.h>

#define IS(word) (strcmp(hyp_info()->args, word) == 0)

static void second(void)
{
    if (IS("divide_error"))
        __asm__ volatile("xorl %%ecx, %%ecx\n\txorl %%edx, %%edx\n\tdivl %%ecx" : : : "rax", "rcx", "rdx", "cc");
    if (IS("invalid_opcode"))
        __asm__ volatile("ud2");
    if (IS("page_fault"))
        __asm__ volatile("movl $1, 0x8000" : : : "memory");
    if (IS("general_protection"))
        __asm__ volatile("cli");
    if (IS("memory_violation"))
        __asm__ volatile("movl $1, 0xffffffff80100000" : : : "memory");
    if (IS("breakpoint"))
        __asm__ volatile("int3");
    if (IS("illegal_hypercall"))
        __asm__ volatile("xorl %%eax, %%eax\n\tsyscall" : : : "rax", "rcx", "r11", "memory");
    if (IS("application_error"))
        hyp_health_raise(5);
}

static void on_divide(hyp_frame_t *frame)
{
    hyp_printf("handler\n");
    second();
    hyp_printf("handler went on\n");
    frame->rip += 2; /* behind `divl %ecx` */
}

static void on_other(hyp_frame_t *frame)
{
    hyp_printf("other handler: %s\n", hyp_health_event_name((uint32_t)frame->vector));
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    hyp_printf("start %s\n", hyp_start_cause_name(info->start_cause));
    hyp_mode_set(HYP_MODE_NORMAL);
    if (info->cold_starts + info->warm_starts == 1) {
        for (int event = 0; event < HYP_HEALTH_INTERNAL_ERROR; event++)
            hyp_on_trap(event, on_other);
        hyp_on_trap(HYP_HEALTH_DIVIDE_ERROR, IS("nobody") ? NULL : on_divide);
        __asm__ volatile("xorl %%ecx, %%ecx\n\txorl %%edx, %%edx\n\tdivl %%ecx" : : : "rax", "rcx", "rdx", "cc");
        hyp_printf("went on\n");
    }
    for (;;)
        hyp_yield();
}
