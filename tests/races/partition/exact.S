/* Exact delays, and calls that look after their registers. */
#include "hyp_abi.h"

    .text
/* (count): count instructions, and a constant number more. */
    .globl delay
delay:
    shr $1, %rdi
    jnc 1f
    nop
1:  inc %rdi
2:  dec %rdi
    jnz 2b
    ret

/* (rax, first, second, third, fourth, broken). rcx, r11 and the result are the call's; all else is looked at. */
    .globl call_kept
call_kept:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    push %r9
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %r10
    mov %rsp, saved_rsp(%rip)
    mov %rdi, %rbx
    not %rbx
    mov %rsi, %rbp
    not %rbp
    mov %rdx, %r12
    not %r12
    mov %r10, %r13
    not %r13
    mov $0x1414141414141414, %r14
    mov $0x1515151515151515, %r15
    mov $0x0808080808080808, %r8
    mov $0x0909090909090909, %r9
    syscall
    not %rbx
    xor %rdi, %rbx
    not %rbp
    xor %rsi, %rbp
    or %rbp, %rbx
    not %r12
    xor %rdx, %r12
    or %r12, %rbx
    not %r13
    xor %r10, %r13
    or %r13, %rbx
    mov $0x1414141414141414, %rcx
    xor %rcx, %r14
    or %r14, %rbx
    mov $0x1515151515151515, %rcx
    xor %rcx, %r15
    or %r15, %rbx
    mov $0x0808080808080808, %rcx
    xor %rcx, %r8
    or %r8, %rbx
    mov $0x0909090909090909, %rcx
    xor %rcx, %r9
    or %r9, %rbx
    xor saved_rsp(%rip), %rsp
    or %rsp, %rbx
    mov saved_rsp(%rip), %rsp
    pop %r9
    mov %rbx, (%r9)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

/* An upcall that counts, takes what is pending, and returns. */
    .globl upcall_entry
upcall_entry:
    xor %eax, %eax
    xchg %rax, HYP_CONTROL_PAGE + OFFSET_HYP_CONTROL_PENDING
    mov %rax, upcall_events(%rip)
    incq upcalls(%rip)
    movabs $((HYP_HYPERCALL_TAG << 32) | HYP_CALL_UPCALL_RETURN), %rax
    syscall
    ud2

    .bss
    .globl upcalls, upcall_events
    .balign 8
saved_rsp:
    .quad 0
upcalls:
    .quad 0
upcall_events:
    .quad 0
    .section .note.GNU-stack, "", @progbits
