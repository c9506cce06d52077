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

void fault_nmi(struct core *core)
{
    health_nmi(core);
}

static void print_register(const char *name, uint64_t value)
{
    print(name);
    print_hex(value);
}

_Noreturn void panic_frame(const struct hyp_frame *frame)
{
    print("\nhyp: panic: ");
    print(health_event_name((uint32_t)frame->vector));
    print_register(" vector=", frame->vector);
    print_register(" rip=", frame->rip);
    print_register(" error=", frame->error);
    print_register(" address=", cpu_cr2());
    print_register("\nhyp: rsp=", frame->rsp);
    print_register(" rflags=", frame->rflags);
    print_register(" cs=", frame->cs);
    print_register("\nhyp: rax=", frame->rax);
    print_register(" rbx=", frame->rbx);
    print_register(" rcx=", frame->rcx);
    print_register(" rdx=", frame->rdx);
    print_register("\nhyp: rsi=", frame->rsi);
    print_register(" rdi=", frame->rdi);
    print_register(" rbp=", frame->rbp);
    print_register(" r8=", frame->r8);
    print_register("\nhyp: r9=", frame->r9);
    print_register(" r10=", frame->r10);
    print_register(" r11=", frame->r11);
    print_register(" r12=", frame->r12);
    print_register("\nhyp: r13=", frame->r13);
    print_register(" r14=", frame->r14);
    print_register(" r15=", frame->r15);
    print("\n");
    halt();
}
