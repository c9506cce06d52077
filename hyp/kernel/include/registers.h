/* The registers of a frame, for the assembler: the order is that of struct hyp_frame. */
#ifndef REGISTERS_H
#define REGISTERS_H
#ifdef __ASSEMBLER__

    .macro push_registers
    .irp reg, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
    push %\reg
    .endr
    .endm

    .macro pop_registers
    .irp reg, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
    pop %\reg
    .endr
    .endm

#endif
#endif
