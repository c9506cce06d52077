/*
 * Exceptions and interrupts but the timer's. From ring 3 the CPU itself pushes into the partition's save area, as everywhere.
 */
#include "hyp_kernel.h"
#include "registers.h"
#include "vectors.h"

#define CS_AFTER_VECTOR (3 * 8)

    .text

/* One stub per exception vector, of one size, laid out as the manual numbers them (SDM 3A, table 6-1): two pushes and a short jump,
 * which is why what they jump to stands in their middle. */
    .macro exception_stubs from, to, base
    .set vector, \from
    .rept \to - \from
    .org \base + (vector - \from) * EXCEPTION_STUB
    .if (EXCEPTIONS_WITH_ERROR >> vector) & 1
    .else
    push $0
    .endif
    push $vector
    jmp entry_fault
    .set vector, vector + 1
    .endr
    .endm

    .globl entry_exceptions, entry_exceptions_high
    .balign 16
entry_exceptions:
    exception_stubs 0, EXCEPTIONS_LOW, entry_exceptions

entry_fault:
    testb $3, CS_AFTER_VECTOR(%rsp)
    jz entry_fault_kernel
    swapgs
    push_registers
    clac
    cld
    mov %gs:OFFSET_CORE_STACK, %rsp
    call fault_in_partition
    mov $(SLOT_SAVE + 4 * 8), %rsp
    jmp exit_returned

entry_exceptions_high:
    exception_stubs EXCEPTIONS_LOW, 32, entry_exceptions_high

/* Interrupts: frame.vector = VECTOR_DEVICE, frame.error = the vector; those that nothing is routed to share one stub, as 0. */
    .globl entry_devices
    .balign DEVICE_STUB
entry_devices:
    .set vector, VECTOR_CONSOLE
    .rept 1 + IRQS_MAX
    .balign DEVICE_STUB
    push $vector
    jmp entry_device
    .set vector, vector + 1
    .endr
    .globl entry_nobody, entry_spurious
entry_spurious:
    push $-1
    jmp entry_device
entry_nobody:
    push $0
entry_device:
    push $VECTOR_DEVICE
    jmp entry_fault

entry_fault_kernel:
    push_registers
    clac
    cld
    mov %rsp, %rdi
    call fault_in_kernel                /* returns only when the context on the stack may go on */
exit_fault_kernel:
    pop_registers
    add $16, %rsp
    iretq

/*
 * #DB has a stack of its own too: a partition's TF may strike at the first instruction of `syscall`'s entry, on the partition's
 * stack (CPUs clear TF first, Bochs looks afterwards). There it goes on: the partition's TF comes back with its flags.
 */
    .globl entry_debug
entry_debug:
    testb $3, 8(%rsp)
    jz entry_debug_kernel
    push %rax
    .irp word, 0, 8, 16, 24, 32         /* rip cs rflags rsp ss: what the CPU would have pushed there */
    mov 8 + \word(%rsp), %rax
    mov %rax, SLOT_SAVE + OFFSET_HYP_FRAME_RIP + \word
    .endr
    pop %rax
    mov $(SLOT_SAVE + OFFSET_HYP_FRAME_RIP), %rsp
    push $0
    push $VECTOR_DEBUG
    jmp entry_fault
entry_debug_kernel:
    cmpq $entry_hypercall, (%rsp)
    jne 1f
    iretq
1:  push $0
    push $VECTOR_DEBUG
    jmp entry_fault_kernel

/* NMI, double fault, machine check: stacks of their own whose top word is the core's record; GS may be anyone's. An NMI only
 * counts; its record is made later, from any look at the log. */
    .globl entry_nmi, entry_double_fault, entry_machine_check
entry_nmi:
    push %rax
    mov 6 * 8 + 8(%rsp), %rax
    incl OFFSET_CORE_MODULE_COUNT + (HYP_HEALTH_NMI - FIRST_MODULE_EVENT) * 4(%rax)
    movl $1, console_words
    pop %rax
    iretq

entry_machine_check:
    push $0
    push $VECTOR_MACHINE_CHECK
    push_registers
    clac
    cld
    mov %rsp, %rdi
    call machine_check                  /* returns when the interrupted context may go on */
    jmp exit_fault_kernel
entry_double_fault:
    push $VECTOR_DOUBLE_FAULT
    push_registers
    clac
    cld
    mov %rsp, %rdi
    call fault_ends

    .section .rodata, "a"
    .balign 2
    .globl entry_gates
    .macro gate target, vector, type
    .short \target - (KERNEL_BASE + KERNEL_LOAD)
    .byte \vector, \type
    .endm
    .set entry_breakpoint, entry_exceptions + VECTOR_BREAKPOINT * EXCEPTION_STUB
entry_gates:
    gate entry_debug, VECTOR_DEBUG, GATE_STACK_FAULT
    gate entry_nmi, VECTOR_NMI, GATE_STACK_NMI
    gate entry_breakpoint, VECTOR_BREAKPOINT, GATE_RING_3
    gate entry_double_fault, VECTOR_DOUBLE_FAULT, GATE_STACK_FAULT
    gate entry_machine_check, VECTOR_MACHINE_CHECK, GATE_STACK_CHECK
    gate entry_timer, VECTOR_TIMER, 0
    gate entry_spurious, VECTOR_SPURIOUS, 0
    .org entry_gates + 4 * GATES

    .section .note.GNU-stack, "", @progbits
