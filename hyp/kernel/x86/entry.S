/*
 * Hypercalls, the timer, and every way back to ring 3. Faults and other interrupts: faults.S.
 * From ring 3 the CPU itself pushes into the partition's save area (the TSS's rsp0 points there), so entry is a save.
 * `swapgs` is decided by the saved code selector, never by the sign of GS (DESIGN 6).
 */
#include "hyp_kernel.h"
#include "registers.h"
#include "vectors.h"

#define FRAME_TOP (SLOT_SAVE + SIZEOF_HYP_FRAME)

    /* function(rax) in C; keeps every register but rax. */
    .macro call_keeping function
    .irp reg, rdi, rsi, rdx, rcx, r8, r9, r10, r11
    push %\reg
    .endr
    mov %rax, %rdi
    call \function
    .irp reg, r11, r10, r9, r8, rcx, rdx, rsi, rdi
    pop %\reg
    .endr
    .endm

    .text

/* ---- Hypercalls: rax = tag | number; rcx = return rip, r11 = flags; handlers in C keep every register but rax. */

    .globl entry_hypercall
    .balign 16
entry_hypercall:
    swapgs
    mov %rsp, %gs:OFFSET_CORE_USER_RSP
    mov %gs:OFFSET_CORE_STACK, %rsp
    xchg %r10, %rcx                     /* rcx = fourth argument as C wants it, r10 = return rip */
    sub hypercall_tag(%rip), %rax
    cmp $HYPERCALLS, %rax
    jae entry_hypercall_refused
entry_hypercall_known:
    bt %rax, %gs:OFFSET_CORE_RIGHTS
    jnc entry_hypercall_denied
    testb $TRACED_HYPERCALLS, PLAN_BASE + OFFSET_PLAN_TRACED
    jnz entry_hypercall_traced
    call *hypercall_table(, %rax, 8)
    cmpq $0, %gs:OFFSET_CORE_ATTENTION
    jne entry_hypercall_attention
exit_hypercall:
    xchg %r10, %rcx
    mov %gs:OFFSET_CORE_USER_RSP, %rsp
    swapgs
    sysretq

/* A handler left more to do than a quick way out allows: what `attention` points to runs in the full context. */
entry_hypercall_attention:
    mov %rax, %gs:OFFSET_CORE_CALL_RESULT
    mov %gs:OFFSET_CORE_ATTENTION, %rax
    movq $0, %gs:OFFSET_CORE_ATTENTION
    jmp entry_hypercall_context

/* The same with a record before the call and one of its result; `attention` and the full context have a result of their own. */
entry_hypercall_traced:
    push %rax
    call_keeping trace_call
    pop %rax
    call *hypercall_table(, %rax, 8)
    cmpq $0, %gs:OFFSET_CORE_ATTENTION
    jne entry_hypercall_attention
    push %rax
    call_keeping trace_result
    pop %rax
    jmp exit_hypercall

/* From handlers: one word on the stack for trace_put. */
    .globl trace_pushed
trace_pushed:
    mov 8(%rsp), %rax
    call_keeping trace_put
    ret $8

entry_context_traced:
    mov %rax, %rdi
    call trace_result
    jmp exit_now

entry_hypercall_unknown:
    mov $HYP_UNKNOWN_HYPERCALL, %rax
    jmp exit_hypercall

entry_hypercall_denied:
    mov $HYP_NOT_PERMITTED, %rax
    jmp exit_hypercall

/* A call through a gate may have the gate's number above its own: it stays on the stack for the handler, and is 0 for gate 0. */
entry_hypercall_refused:
    push %rax
    cmpl $0, 4(%rsp)
    jne entry_hypercall_untagged
    movzwl %ax, %eax
    cmp $HYP_CALL_GATE_CALL, %eax
    jne entry_hypercall_unknown
    shrl $16, (%rsp)
    jmp entry_hypercall_known

entry_hypercall_untagged:
    pop %rax
    add hypercall_tag(%rip), %rax       /* as the partition had it */
    mov %rax, %gs:OFFSET_CORE_CALL_RESULT
    lea hypercall_untagged(%rip), %rax
    jmp entry_hypercall_context

    /* rax = number; the handler's address. */
    .macro find_handler
    movzwl hypercall_places(, %rax, 2), %eax
    add $(KERNEL_BASE + KERNEL_LOAD), %rax
    .endm

/* Calls whose handlers are plain C: what that may use is kept here. */
    .globl entry_hypercall_plain
    .type entry_hypercall_plain, @function
entry_hypercall_plain:
    .irp reg, rdi, rsi, rdx, rcx, r8, r9, r10, r11
    push %\reg
    .endr
    find_handler
    call *%rax
    .irp reg, r11, r10, r9, r8, rcx, rdx, rsi, rdi
    pop %\reg
    .endr
    ret

/* Calls after which another context may run: the whole context goes to the save area first. */
    .globl entry_hypercall_saved
entry_hypercall_saved:
    find_handler
entry_hypercall_context:                /* rax = handler */
    mov $FRAME_TOP, %rsp
    push $SELECTOR_USER_DATA
    push %gs:OFFSET_CORE_USER_RSP
    push %r11
    push $SELECTOR_USER_CODE
    push %r10
    push $0                             /* neither error nor vector */
    push $0
    xchg %r10, %rcx
    push_registers
    xchg %r10, %rcx
    mov %gs:OFFSET_CORE_STACK, %rsp
    call *%rax
    mov %rax, SLOT_SAVE + OFFSET_HYP_FRAME_RAX
    testb $TRACED_HYPERCALLS, PLAN_BASE + OFFSET_PLAN_TRACED
    jnz entry_context_traced

/* ---- Back to the partition that is loaded, at once. */

    .globl exit_now, exit_returned
exit_now:
    mov $SLOT_SAVE, %rsp
    .irp reg, r15, r14, r13, r12
    pop %\reg
    .endr
exit_returned:                          /* rsp = SLOT_SAVE + 4 words: C has returned, so it has kept those four */
    .irp reg, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
    pop %\reg
    .endr
    add $16, %rsp
    swapgs
    iretq

/* ---- Back to a partition that was just loaded: at once, or at an exact instant.
 * edi = low half of that TSC value, less EXIT_TICKS and not yet past.
 * The loop has three instructions, so it leaves 0 to 2 ticks late; the sled adds what is missing to 2.
 */
    .globl exit_release, exit_release_end
    .balign 16
exit_release:
    rdtsc
    sub %edi, %eax
    js exit_release
    mov %rax, %gs:OFFSET_CORE_OVERSHOOT
    cmp $2, %eax
    ja exit_release_end                 /* held up inside the spin: counted, not hidden */
    lea exit_sled(%rip), %rcx
    add %rax, %rcx
    jmp *%rcx
exit_sled:
    nop
    nop
    .globl exit_loaded
exit_release_end:
exit_loaded:
    mov $SLOT_SAVE, %rsp
    mov SLOT_SAVE + OFFSET_SAVE_AREA_GS_BASE, %rax
    xor %ecx, %ecx
    swapgs
    mov %ecx, %gs                       /* before the base, which it may clear */
    wrgsbase %rax
    pop_registers
    add $16, %rsp
    iretq

/* ---- SYSCALL from 32-bit code: there is no 32-bit code segment, so this is closed for form (CSTAR, SDM 3A 5.8.8). */

    .globl entry_nothing
entry_nothing:
    ud2

/* ---- Interrupts and exceptions. */

    .globl entry_timer
    .balign 16
entry_timer:
    testb $3, 8(%rsp)
    jz entry_timer_idle
    sub $16, %rsp
    push_registers
    rdfsbase %rax
    mov %rax, SLOT_SAVE + OFFSET_SAVE_AREA_FS_BASE
    rdgsbase %rax
    mov %rax, SLOT_SAVE + OFFSET_SAVE_AREA_GS_BASE
    swapgs
    clac
    cld
    mov %gs:OFFSET_CORE_STACK, %rsp
    rdtsc
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, %rdi
    cmp %gs:OFFSET_CORE_DEADLINE, %rax
    jb 1f
    call timer_in_partition
1:  call timer_in_window
    ud2
entry_timer_idle:                       /* nothing of the idle loop is kept */
    cmpl $PHASE_SETTLE, %gs:OFFSET_CORE_PHASE
    je entry_timer_settle
    cld
    mov %gs:OFFSET_CORE_STACK, %rsp
    call timer_in_idle
    ud2

entry_timer_settle:
    push %rax
    mov $(LAPIC_BASE + APIC_EOI), %rax
    movl $0, (%rax)
    pop %rax
    iretq

    .section .rodata, "a"
    .balign 8
hypercall_tag:
    .quad HYP_HYPERCALL_TAG << 32

    .section .note.GNU-stack, "", @progbits
