/* The kernel's own exceptions are a panic, but for the one copy routine whose faults are the caller's bad address. */
#include "apic.h"
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
