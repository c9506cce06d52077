/* 512 instructions in a row with 32 cache lines of data, after the habits of the kernel's paths: what they take with empty caches is what
   a path takes that has not run for long. void cold_run(const void *memory): 2 KiB are read. */
    .text
    .globl cold_run
    .balign 64
cold_run:
    .set line, 0
    .rept 32
    mov line * 64(%rdi), %rax
    add %rax, %rdx
    .rept 6
    lea 1(%rdx), %rcx
    xor %rcx, %rdx
    .endr
    test %rdx, %rdx
    mov line * 64 + 8(%rdi), %rsi
    .set line, line + 1
    .endr
    ret
    .section .note.GNU-stack, "", @progbits
