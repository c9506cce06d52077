/*
 * The kernel's own exceptions are the module's health event internal_error, but for the one copy routine whose faults are the caller's
 * bad address; so are machine checks after which the CPU cannot go on. The plan may have the module restarted, else it is a panic.
 */
#include "entry.h"
#include "event.h"
#include "health.h"
#include "irq.h"
#include "print.h"
#include "vectors.h"

void fault_in_kernel(struct hyp_frame *frame)
{
    if (frame->vector == VECTOR_DEVICE) {
        interrupt_take(frame);
        return;
    }
    int in_copy = frame->rip >= (uint64_t)copy_partition && frame->rip < (uint64_t)copy_partition_end;
    if (frame->vector != VECTOR_PAGE_FAULT || !in_copy)
        fault_ends(frame);
    frame->rip = (uint64_t)copy_partition_fault;
}

void machine_check(struct hyp_frame *frame)
{
    struct core *core = (struct core *)(CORE_BASE + CORE_STATE);
    frame->error = cpu_read(MSR_MCG_STATUS);
    int over = !(frame->error & MCG_STATUS_RIPV);
    if (!over) {
        core->module_count[HYP_HEALTH_MACHINE_CHECK - FIRST_MODULE_EVENT]++;
        console_work = 1;
    }
    cpu_write(MSR_MCG_STATUS, 0);       /* a second one would reset the CPU else (SDM 3B 16.3.1.2) */
    if (over)
        fault_ends(frame);
}

/* What is printed if nothing can go on. */
static _Noreturn void panic(const struct hyp_frame *frame)
{
    static const char names[][4] = {"r15", "r14", "r13", "r12", "r11", "r10", "r9", "r8", "rbp", "rdi", "rsi", "rdx", "rcx", "rbx", "rax"};
    const uint64_t *words = &frame->r15;
    print_packets = 0;
    print("\nhyp: panic: %s vector=%lx rip=%lx error=%lx address=%lx\nhyp: rsp=%lx rflags=%lx cs=%lx", health_event_name(frame->vector),
          frame->vector, frame->rip, frame->error, cpu_cr2(), frame->rsp, frame->rflags, frame->cs);
    for (uint32_t n = 0; n < sizeof names / sizeof *names; n++)
        print(n % 4 ? " %s=%lx" : "\nhyp: %s=%lx", names[n], words[n]);
    print("\n");
    halt();
}

_Noreturn void fault_ends(const struct hyp_frame *frame)
{
    struct core *core = (struct core *)(CORE_BASE + CORE_STATE);
    __asm__ volatile("wrgsbase %0" : : "r"(core));                             /* it may be the partition's */
    if (core->epoch && !core->failing) {            /* else the boot has not come far enough to begin again */
        core->failing = 1;
        health_failed(core, frame->vector == VECTOR_MACHINE_CHECK ? HYP_HEALTH_MACHINE_CHECK : HYP_HEALTH_INTERNAL_ERROR, frame);
    }
    panic(frame);
}
