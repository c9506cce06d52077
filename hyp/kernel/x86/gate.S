/*
 * Calls through gates, the short way: between two partitions without FPU, both with nothing else to do. The six words stay in
 * their registers; all else of a context goes to its own save area, and the other's comes from the other's. gate.c has the long way.
 * Entered from entry_hypercall: rcx = fourth word, r10 = return rip, r11 = flags, (%rsp) its return address, 8(%rsp) the gate's number.
 */
#include "hyp_kernel.h"

#define SAVED(name) OFFSET_HYP_FRAME_##name
#define BASE_SAVED(name) OFFSET_SAVE_AREA_##name

    .text

/* What an error leaves as it was is the whole context, so all of it is saved; its result is an error until a reply comes. */
    .globl hypercall_gate_call
hypercall_gate_call:
    mov 8(%rsp), %eax
    mov $(SLOT_SAVE + SAVED(SS)), %rsp
    push %gs:OFFSET_CORE_USER_RSP
    push %r11
    push $SELECTOR_USER_CODE
    push %r10
    sub $16, %rsp                       /* neither error nor vector */
    push $HYP_NOT_AVAILABLE
    push %rbx
    push %r10
    push %rdx
    push %rsi
    push %rdi
    push %rbp
    push %r8
    push %r9
    push %rcx
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    mov %gs:OFFSET_CORE_PARTITION, %rbx
    cmp OFFSET_PARTITION_PLAN_GATE_COUNT(%rbx), %eax
    jae gate_call_invalid
    shl $GATE_SHIFT, %eax
    mov OFFSET_PARTITION_PLAN_GATES(%rbx), %rbp
    add %rax, %rbp
    testb $GATE_SLOW, OFFSET_GATE_PLAN_FLAGS(%rbp)
    jnz gate_call_slow
    mov OFFSET_GATE_PLAN_STATE(%rbp), %r14
    cmpl $WAIT_REQUEST, OFFSET_PARTITION_STATE_WAIT_KIND(%r14)
    jne gate_call_slow
    cmpq $0, OFFSET_PARTITION_STATE_STATUS(%r14)        /* and no request for a start */
    jne gate_call_slow
    mov $ATTENTION_WAIT, %eax
    xor %r13d, %r13d
    lock cmpxchg %r13d, OFFSET_PARTITION_STATE_ATTENTION(%r14)
    jne gate_call_slow
    movl $WAIT_NONE, OFFSET_PARTITION_STATE_WAIT_KIND(%r14)
    movq $0, OFFSET_PARTITION_STATE_WAIT_UNTIL(%r14)
    mov %rbx, OFFSET_PARTITION_STATE_CLIENT(%r14)
    mov OFFSET_PARTITION_PLAN_STATE(%rbx), %r15
    mov %rbp, OFFSET_PARTITION_STATE_GATE(%r15)
    lock orl $ATTENTION_GATE, OFFSET_PARTITION_STATE_ATTENTION(%r15)
    orl $EXTRA_GUEST, %gs:OFFSET_CORE_EXTRAS
    mov OFFSET_GATE_PLAN_ROOT(%rbp), %r12
    mov OFFSET_GATE_PLAN_SERVER(%rbp), %rbx
    mov OFFSET_GATE_PLAN_CALLER(%rbp), %eax

/* rbx = partition that goes on, r12 = its page tables, rax = its result; the words are in rdi rsi rdx rcx r8 r9. */
gate_switch:
    mov %rbx, %gs:OFFSET_CORE_PARTITION
    mov OFFSET_PARTITION_PLAN_RIGHTS(%rbx), %rbp
    mov %rbp, %gs:OFFSET_CORE_RIGHTS
    mov $SLOT_SAVE, %rsp
    rdfsbase %rbp
    mov %rbp, BASE_SAVED(FS_BASE)(%rsp)
    swapgs
    rdgsbase %rbp
    mov %rbp, BASE_SAVED(GS_BASE)(%rsp)
    mov %r12, %cr3
    xor %ebp, %ebp
    .irp selector, ds, es, fs, gs       /* before the bases, which they may clear */
    mov %ebp, %\selector
    .endr
    mov BASE_SAVED(FS_BASE)(%rsp), %rbp
    wrfsbase %rbp
    mov BASE_SAVED(GS_BASE)(%rsp), %rbp
    wrgsbase %rbp
    mov %rcx, %r10
    mov SAVED(RBX)(%rsp), %rbx
    mov SAVED(RBP)(%rsp), %rbp
    mov SAVED(R12)(%rsp), %r12
    mov SAVED(R13)(%rsp), %r13
    mov SAVED(R14)(%rsp), %r14
    mov SAVED(R15)(%rsp), %r15
    mov SAVED(RIP)(%rsp), %rcx          /* behind a `syscall`, as its entry left it: canonical */
    mov SAVED(RFLAGS)(%rsp), %r11
    mov SAVED(RSP)(%rsp), %rsp
    sysretq

    .globl hypercall_gate_reply_wait
hypercall_gate_reply_wait:
    mov %gs:OFFSET_CORE_USER_RSP, %rax
    mov $SLOT_SAVE, %rsp
    mov %rax, SAVED(RSP)(%rsp)
    mov %r11, SAVED(RFLAGS)(%rsp)
    mov %r10, SAVED(RIP)(%rsp)
    mov %rbx, SAVED(RBX)(%rsp)
    mov %rbp, SAVED(RBP)(%rsp)
    mov %r12, SAVED(R12)(%rsp)
    mov %r13, SAVED(R13)(%rsp)
    mov %r14, SAVED(R14)(%rsp)
    mov %r15, SAVED(R15)(%rsp)
    mov %gs:OFFSET_CORE_PARTITION, %rbp
    mov OFFSET_PARTITION_PLAN_STATE(%rbp), %r14
    mov OFFSET_PARTITION_STATE_CLIENT(%r14), %rbx
    mov %gs:OFFSET_CORE_WINDOW, %r12
    cmp %rbx, OFFSET_WINDOW_PLAN_PARTITION(%r12)        /* also when there is no client */
    jne gate_reply_slow
    mov OFFSET_PARTITION_PLAN_STATE(%rbx), %r15
    mov $ATTENTION_GATE, %eax
    xor %r13d, %r13d
    lock cmpxchg %r13d, OFFSET_PARTITION_STATE_ATTENTION(%r15)
    jne gate_reply_slow
    mov %r13, OFFSET_PARTITION_STATE_GATE(%r15)
    mov %r13, OFFSET_PARTITION_STATE_CLIENT(%r14)
    movl $WAIT_REQUEST, OFFSET_PARTITION_STATE_WAIT_KIND(%r14)
    movq $-1, OFFSET_PARTITION_STATE_WAIT_UNTIL(%r14)
    lock orl $ATTENTION_WAIT, OFFSET_PARTITION_STATE_ATTENTION(%r14)
    andl $~EXTRA_GUEST, %gs:OFFSET_CORE_EXTRAS
    mov OFFSET_WINDOW_PLAN_ROOT(%r12), %r12
    xor %eax, %eax
    jmp gate_switch

gate_reply_slow:
    mov %gs:OFFSET_CORE_STACK, %rsp
    call gate_reply                     /* the words are its arguments */
    jmp gate_result
gate_call_slow:
    mov %gs:OFFSET_CORE_STACK, %rsp
    mov %rbp, %rdi
    call gate_call
    jmp gate_result
gate_call_invalid:
    mov $HYP_INVALID_PARAM, %rax
gate_result:
    mov %rax, SLOT_SAVE + SAVED(RAX)
    jmp exit_now

    .section .note.GNU-stack, "", @progbits
