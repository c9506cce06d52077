/* The way out, to an image's 32-bit entry, as multiboot2 (specification 2.0, 3.3) and PVH want it: protected mode, flat, no paging, interrupts off. */
#define CODE_32 0x18
#define DATA 0x10
#define MSR_EFER 0xc0000080
#define CR0_ET_PE 0x11

    .text
/* _Noreturn void image_enter(uint32_t entry, uint32_t magic, uint32_t info) */
    .globl image_enter
image_enter:
    cli
    mov %edx, %ebx
    pushq $CODE_32
    pushq $1f
    lretq
    .code32
1:  mov $DATA, %ecx
    mov %ecx, %ds
    mov %ecx, %es
    mov %ecx, %fs
    mov %ecx, %gs
    mov %ecx, %ss
    mov $CR0_ET_PE, %ecx
    mov %ecx, %cr0
    mov $MSR_EFER, %ecx
    xor %eax, %eax
    xor %edx, %edx
    wrmsr
    xor %ecx, %ecx
    mov %ecx, %cr4
    mov %esi, %eax
    xor %ebp, %ebp
    jmp *%edi

    .section .note.GNU-stack, "", @progbits
