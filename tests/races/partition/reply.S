/* A server that looks after its registers. */
#include "hyp_abi.h"

    .text
/* (requests): one reply, and the request that comes; counts it. What of rbx rbp r12 to r15 and rsp has changed meanwhile. */
    .globl reply_kept
reply_kept:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    push %rdi
    mov $0x1b1b1b1b, %ebx
    mov $0x1d1d1d1d, %ebp
    mov $0x12121212, %r12d
    mov $0x13131313, %r13d
    mov $0x14141414, %r14d
    mov $0x15151515, %r15d
    mov %rsp, replier_rsp(%rip)
    mov words(%rip), %rdi
    mov words + 8(%rip), %rsi
    mov words + 16(%rip), %rdx
    mov words + 24(%rip), %r10
    mov words + 32(%rip), %r8
    mov words + 40(%rip), %r9
    movabs $((HYP_HYPERCALL_TAG << 32) | HYP_CALL_GATE_REPLY_WAIT), %rax
    syscall
    mov %rdi, words(%rip)
    mov %rsi, words + 8(%rip)
    mov %rdx, words + 16(%rip)
    mov %r10, words + 24(%rip)
    mov %r8, words + 32(%rip)
    mov %r9, words + 40(%rip)
    xor $0x1b1b1b1b, %rbx
    xor $0x1d1d1d1d, %rbp
    xor $0x12121212, %r12
    xor $0x13131313, %r13
    xor $0x14141414, %r14
    xor $0x15151515, %r15
    xor replier_rsp(%rip), %rsp
    or %rbp, %rbx
    or %r12, %rbx
    or %r13, %rbx
    or %r14, %rbx
    or %r15, %rbx
    or %rsp, %rbx
    or %rbx, %rax                       /* the only caller's number is 0 */
    mov replier_rsp(%rip), %rsp
    pop %rdi
    incq (%rdi)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

    .bss
    .balign 8
replier_rsp:
    .quad 0
words:
    .skip 48
    .section .note.GNU-stack, "", @progbits
