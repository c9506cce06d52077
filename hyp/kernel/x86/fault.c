/*
 * Exceptions and unexpected interrupts, by where they came from. A partition's are its health events; the kernel's own
 * are a panic, but for the one copy routine whose faults are the caller's bad address.
 */
#include "apic.h"
#include "entry.h"
#include "event.h"
#include "health.h"
#include "irq.h"
#include "print.h"
#include "vectors.h"

#define KERNEL_HALF (1ull << 47)

/* In a partition's window: its device's event, and an upcall if it wants one. */
static void interrupt(const struct hyp_frame *frame, int in_partition)
{
    struct core *core = this_core();
    if (irq_raise(core, (uint8_t)frame->error)) {
        if (in_partition) {
            events_collect(core->partition->state);
            upcall_deliver(core->partition->state);
        }
        return;
    }
    if ((uint8_t)frame->error != VECTOR_SPURIOUS)       /* which is not in service (SDM 3A 11.9) */
        apic_end_of_interrupt();
    health_module(this_core(), HYP_HEALTH_UNEXPECTED_INTERRUPT, frame);
}

static uint32_t event_of(uint64_t vector)
{
    switch (vector) {
    case VECTOR_PAGE_FAULT:
        return cpu_cr2() >= KERNEL_HALF ? HYP_HEALTH_MEMORY_VIOLATION : HYP_HEALTH_PAGE_FAULT;
    case HYP_HEALTH_DIVIDE_ERROR:
    case HYP_HEALTH_DEBUG:
    case HYP_HEALTH_BREAKPOINT:
    case HYP_HEALTH_INVALID_OPCODE:
    case HYP_HEALTH_DEVICE_NOT_AVAILABLE:
    case HYP_HEALTH_STACK_FAULT:
    case HYP_HEALTH_X87_FAULT:
    case HYP_HEALTH_ALIGNMENT_CHECK:
    case HYP_HEALTH_SIMD_FAULT:
        return (uint32_t)vector;
    default:
        return HYP_HEALTH_GENERAL_PROTECTION;
    }
}

void fault_in_partition(void)
{
    const struct hyp_frame *frame = (const struct hyp_frame *)SLOT_SAVE;
    if (frame->vector == VECTOR_DEVICE)
        interrupt(frame, 1);
    else
        health_partition(this_core(), event_of(frame->vector), frame);
}

void fault_in_kernel(struct hyp_frame *frame)
{
    if (frame->vector == VECTOR_DEVICE) {
        interrupt(frame, 0);
        return;
    }
    int in_copy = frame->rip >= (uint64_t)copy_partition && frame->rip < (uint64_t)copy_partition_end;
    if (frame->vector != VECTOR_PAGE_FAULT || !in_copy)
        panic_frame(frame);
    frame->rip = (uint64_t)copy_partition_fault;
}

_Noreturn void panic_frame(const struct hyp_frame *frame)
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
