/*
 * Poisons all that a partition can leave behind (memory, heap, registers, FPU, segment bases, events, masks, handlers, timers, queues),
 * restarts cold, and looks for any of it. The sender sends in its first window only.
 */
#include <string.h>

#include "../cases/case.h"

#define POISON 0x5aa5c33ca55a3cc3ull

uint64_t entry_registers[15]; /* as the kernel gave them: all but rsp */

static uint64_t in_bss[512];
static uint64_t in_data[4] = { 1, 2, 3, 4 };

#define CHECK(condition) check((condition), #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    if (!holds) {
        case_failures++;
        hyp_printf("wrong line %d: not %s\n", line, text);
    }
}

static volatile struct hyp_control *control_page(void)
{
    return (volatile struct hyp_control *)HYP_CONTROL_PAGE;
}

static uint64_t heap_sum(void)
{
    const hyp_area_t *heap = hyp_area("heap");
    uint64_t any = 0;

    for (uint64_t n = 0; n < heap->size / 8; n++)
        any |= ((uint64_t *)heap->base)[n];
    return any;
}

static uint64_t bases(void)
{
    uint64_t fs, gs;

    __asm__ volatile("rdfsbase %0\n\trdgsbase %1" : "=r"(fs), "=r"(gs));
    return fs | gs;
}

static void poison(void)
{
    const hyp_area_t *heap = hyp_area("heap");
    volatile struct hyp_control *control = control_page();
    hyp_queuing_status_t queue;

    memset((void *)heap->base, 0x5a, heap->size);
    memset(in_bss, 0x5a, sizeof in_bss);
    memset(in_data, 0x5a, sizeof in_data);
    CHECK(hyp_queuing_status(hyp_port("queue"), &queue) == HYP_OK && queue.count == 2);
    CHECK(hyp_timer_set(HYP_CLOCK_MONOTONIC, hyp_time() + 50000, 50000) == HYP_OK);
    CHECK(hyp_timer_set(HYP_CLOCK_EXECUTION, hyp_time_get(HYP_CLOCK_EXECUTION) + 50000, 50000) == HYP_OK);
    CHECK(control->pending[0] >> hyp_event("ring") & 1);
    for (int word = 0; word < HYP_EVENT_WORDS; word++) {
        control->pending[word] = POISON;
        control->mask[word] = ~POISON;
    }
    control->upcall_handler = control->trap_handler = control->handler_stack = POISON >> 20;
    control->window_event = 1;
    __asm__ volatile("wrfsbase %0\n\twrgsbase %0" : : "r"(POISON >> 20));
    uint32_t mxcsr = 0x7f80;
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_PARTITION_CONTROL;
    __asm__ volatile("ldmxcsr %1\n\tfldpi\n\tmovq %2, %%xmm0\n\tmovq %2, %%xmm7\n\tmovq %2, %%xmm15\n\t"
                     "movq %2, %%rbx\n\tmovq %2, %%rdx\n\tmovq %2, %%r8\n\tmovq %2, %%r9\n\tmovq %2, %%r10\n\tmovq %2, %%r12\n\t"
                     "movq %2, %%r13\n\tmovq %2, %%r14\n\tmovq %2, %%r15\n\tsyscall"
                     : "+a"(rax)
                     : "m"(mxcsr), "c"(POISON), "D"((uint64_t)hyp_info()->partition), "S"((uint64_t)HYP_CONTROL_COLD_RESTART)
                     : "rbx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory");
    hyp_verdict(0, "the restart came back");
}

static void look(void)
{
    volatile struct hyp_control *control = control_page();
    uint64_t low, middle, high, registers = 0, bss = 0;
    uint32_t mxcsr;
    uint16_t status;

    __asm__ volatile("movq %%xmm0, %0\n\tmovq %%xmm7, %1\n\tmovq %%xmm15, %2\n\tstmxcsr %3\n\tfnstsw %4"
                     : "=r"(low), "=r"(middle), "=r"(high), "=m"(mxcsr), "=m"(status));
    CHECK((low | middle | high) == 0);
    CHECK(mxcsr == 0x1f80 && status == 0);
    for (unsigned n = 0; n < sizeof entry_registers / sizeof *entry_registers; n++)
        registers |= entry_registers[n];
    CHECK(registers == 0);
    CHECK(bases() == 0);
    for (unsigned n = 0; n < sizeof in_bss / sizeof *in_bss; n++)
        bss |= in_bss[n];
    CHECK(bss == 0 && heap_sum() == 0);
    CHECK(in_data[0] == 1 && in_data[1] == 2 && in_data[2] == 3 && in_data[3] == 4);

    CHECK(control->vif == 0 && control->window_event == 0);
    CHECK(control->upcall_handler == 0 && control->trap_handler == 0 && control->handler_stack == 0 && control->trap_stack == 0);
    for (int word = 0; word < HYP_EVENT_WORDS; word++)
        CHECK(control->pending[word] == 0 && control->mask[word] == 0);
    CHECK(hyp_timer_cancel(HYP_CLOCK_MONOTONIC) == HYP_NO_ACTION && hyp_timer_cancel(HYP_CLOCK_EXECUTION) == HYP_NO_ACTION);

    uint64_t message;
    hyp_queuing_status_t queue;
    hyp_sampling_status_t sample;
    CHECK(hyp_queuing_status(hyp_port("queue"), &queue) == HYP_OK && queue.count == 0);
    CHECK(hyp_queuing_receive(hyp_port("queue"), &message, sizeof message, 0) == HYP_NOT_AVAILABLE);
    CHECK(hyp_sampling_status(hyp_port("sample"), &sample) != HYP_OK || (!sample.fresh && sample.overwritten == 0));
    hyp_yield();
    CHECK(hyp_event_wait(INT64_MAX, 0) == HYP_TIMED_OUT);
}

static void send(void)
{
    uint64_t message = POISON;

    hyp_sampling_write(hyp_port("sample"), &message, sizeof message);
    hyp_sampling_write(hyp_port("sample"), &message, sizeof message);
    hyp_queuing_send(hyp_port("queue"), &message, sizeof message, 0);
    hyp_queuing_send(hyp_port("queue"), &message, sizeof message, 0);
    hyp_event_send(hyp_event("ring"));
}

void lives(void);

/* Keeps the registers of the start before a compiler can use one; the start file has only called. */
__attribute__((naked)) void partition_main(void)
{
    __asm__ volatile("movq %rax, entry_registers+0\n\tmovq %rbx, entry_registers+8\n\tmovq %rcx, entry_registers+16\n\t"
                     "movq %rdx, entry_registers+24\n\tmovq %rsi, entry_registers+32\n\tmovq %rdi, entry_registers+40\n\t"
                     "movq %rbp, entry_registers+48\n\tmovq %r8, entry_registers+56\n\tmovq %r9, entry_registers+64\n\t"
                     "movq %r10, entry_registers+72\n\tmovq %r11, entry_registers+80\n\tmovq %r12, entry_registers+88\n\t"
                     "movq %r13, entry_registers+96\n\tmovq %r14, entry_registers+104\n\tmovq %r15, entry_registers+112\n\t"
                     "jmp lives");
}

void lives(void)
{
    if (case_role("sender")) {
        send();
        return;
    }
    if (hyp_info()->cold_starts == 1)
        poison();
    look();
    case_end();
}
