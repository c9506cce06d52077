/* Copies between kernel and the running partition: rdi to, rsi from, rdx bytes; 0, or BAD_ADDRESS after a fault (fault.c). */
#include "hyp_kernel.h"

    .text
    .globl copy_partition, copy_partition_end, copy_partition_fault
copy_partition:
    mov %rdx, %rcx
    shr $3, %rcx
    stac
    rep movsq
    mov %edx, %ecx
    and $7, %ecx
    rep movsb
copy_partition_end:
    clac
    xor %eax, %eax
    ret
copy_partition_fault:
    clac
    mov $HYP_BAD_ADDRESS, %rax
    ret

    .section .note.GNU-stack, "", @progbits
