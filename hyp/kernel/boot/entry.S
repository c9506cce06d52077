/*
 * Both ways in (PVH and multiboot2), and the step from 32-bit protected mode to long mode.
 * Owns nothing but the boot segment; the compiler fills in `boot_root`.
 */
#include "hyp_kernel.h"

#define MULTIBOOT2_MAGIC 0xe85250d6
#define CR0_PG_WP_PE 0x80010001
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME_NXE 0x900
#define BOOT_STACK (CORE_BASE + CORE_STACK_START)

    .section .multiboot2, "a"
    .balign 8
multiboot2_header:
    .long MULTIBOOT2_MAGIC, 0, multiboot2_end - multiboot2_header
    .long -(MULTIBOOT2_MAGIC + 0 + (multiboot2_end - multiboot2_header))
    .balign 8
    .short 3, 0                         /* entry address tag */
    .long 12, boot_multiboot2
    .balign 8
    .short 6, 0                         /* modules page-aligned */
    .long 8
    .balign 8
    .short 0, 0
    .long 8
multiboot2_end:

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, 18                      /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long boot_pvh

    .section .boot.text, "ax"
    .globl boot_pvh, boot_multiboot2, boot_root
    .code32
boot_pvh:
    xor %eax, %eax                      /* what PVH leaves here is not defined; 0 says PVH */
boot_multiboot2:
    cli
    cld
    mov %eax, %edi
    mov %ebx, %esi
    mov $0x80000000, %eax
    cpuid
    cmp $0x80000001, %eax
    jb no_long_mode
    mov $0x80000001, %eax
    cpuid
    and $0x20100000, %edx               /* LM and NX */
    cmp $0x20100000, %edx
    jne no_long_mode
    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov boot_root, %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    rdmsr
    or $EFER_LME_NXE, %eax
    wrmsr
    mov $CR0_PG_WP_PE, %eax
    mov %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $8, $boot_long

/* The plan cannot be read here, so the line goes to COM1, set up as any 16550 wants it. */
no_long_mode:
    mov $no_long_mode_setup, %esi
    mov $7, %ecx
1:  movzbl (%esi), %edx
    add $0x3f8, %edx
    mov 1(%esi), %al
    out %al, %dx
    add $2, %esi
    loop 1b
    mov $no_long_mode_text, %esi
2:  mov $0x3fd, %edx
    mov $100000, %ecx
3:  in %dx, %al
    test $0x20, %al
    loopz 3b
    lodsb
    test %al, %al
    jz 4f
    mov $0x3f8, %edx
    out %al, %dx
    jmp 2b
4:  hlt
    jmp 4b

no_long_mode_setup:
    .byte 1, 0, 3, 0x80, 0, 1, 1, 0, 3, 3, 2, 7, 4, 3
no_long_mode_text:
    .asciz "\r\nhyp: halt: cpu: needs x86-64 with NX\r\n"

    .balign 8
boot_gdt:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
boot_gdt_pointer:
    .short boot_gdt_pointer - boot_gdt - 1
    .long boot_gdt
    .balign 4
boot_root:
    .long 0

    .code64
boot_long:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $BOOT_STACK, %rsp
    mov %edi, %edi                      /* zero-extended: arguments of boot_main */
    mov %esi, %esi
    xor %ebp, %ebp
    mov $boot_main, %rax
    call *%rax

    .section .note.GNU-stack, "", @progbits
