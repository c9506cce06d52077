/* Copies between kernel and the running partition: rdi to, rsi from, rdx bytes. The carry flag is set after a fault (fault.c). */
    .text
    .globl copy_partition, copy_partition_end, copy_partition_fault
copy_partition:
    mov %rdx, %rcx
    shr $3, %rcx
    stac
    rep movsq
    and $7, %edx                        /* clears the carry flag */
    jnz 1f
    clac
    ret
1:  mov %edx, %ecx
    rep movsb
copy_partition_end:
    clac
    ret
copy_partition_fault:
    clac
    stc
    ret

    .section .note.GNU-stack, "", @progbits
