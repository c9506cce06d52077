/* An upcall that only notes what was pending; and a return from an upcall that never was. */
#include "hyp_abi.h"

#define SLOT (HYP_CONTROL_PAGE + OFFSET_HYP_CONTROL_FRAMES)
#define RAX_OF_SLOT 0x7777
#define FLAGS_OF_SLOT 0x277602          /* IOPL 3, NT, DF, VM, RF, VIF and ID: what of them is allowed is DF and ID */

    .text
    .globl upcall_entry
upcall_entry:
    xor %eax, %eax
    xchg %rax, HYP_CONTROL_PAGE + OFFSET_HYP_CONTROL_PENDING
    lock or %rax, seen(%rip)
    movabs $((HYP_HYPERCALL_TAG << 32) | HYP_CALL_UPCALL_RETURN), %rax
    syscall
    ud2

/* (rip, rsp): puts a context into slot 0 that goes on here, or where the arguments say if not 0. The call's result. */
    .globl slot_return
slot_return:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    lea 1f(%rip), %rax
    test %rdi, %rdi
    cmovnz %rdi, %rax
    mov %rax, SLOT + OFFSET_HYP_FRAME_RIP
    mov %rsp, %rax
    test %rsi, %rsi
    cmovnz %rsi, %rax
    mov %rax, SLOT + OFFSET_HYP_FRAME_RSP
    movq $0x10, SLOT + OFFSET_HYP_FRAME_CS
    movq $0x8, SLOT + OFFSET_HYP_FRAME_SS
    movq $FLAGS_OF_SLOT, SLOT + OFFSET_HYP_FRAME_RFLAGS
    movq $RAX_OF_SLOT, SLOT + OFFSET_HYP_FRAME_RAX
    movabs $((HYP_HYPERCALL_TAG << 32) | HYP_CALL_UPCALL_RETURN), %rax
    syscall
1:  cld
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

    .bss
    .globl seen
    .balign 8
seen:
    .quad 0
    .section .note.GNU-stack, "", @progbits
