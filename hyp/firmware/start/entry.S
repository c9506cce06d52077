/*
 * The way in for programs that run without the separation kernel: PVH and multiboot2, 32-bit protected mode to long mode, and the
 * exceptions' table. Memory is mapped one to one, the first 4 GiB, in pages of 2 MiB; the caches' attributes are firmware's (MTRRs).
 */
#define MULTIBOOT2_MAGIC 0xe85250d6
#define CR0_PG_WP_NE_MP_PE 0x80010023
#define CR4_PAE_OSFXSR 0x220
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define PAGE_PRESENT_WRITE 0x3
#define PAGE_LARGE 0x80
#define STACK_SIZE 16384
#define VECTORS 64                      /* exceptions, the 8259s' and 16 of the program's own */
#define EXCEPTIONS_WITH_ERROR 0x60227d00
#define STUB_SIZE 16

    .section .multiboot2, "a"
    .balign 8
multiboot2_header:
    .long MULTIBOOT2_MAGIC, 0, multiboot2_end - multiboot2_header
    .long -(MULTIBOOT2_MAGIC + 0 + (multiboot2_end - multiboot2_header))
    .balign 8
    .short 3, 0                         /* entry address tag */
    .long 12, start_multiboot2
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
    .long start_pvh

    .text
    .globl start_pvh, start_multiboot2, start_again
    .code32
start_pvh:
    xor %eax, %eax                      /* what PVH leaves here is not defined; 0 says PVH */
start_multiboot2:
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
    bt $29, %edx                        /* LM */
    jnc no_long_mode
    xor %ecx, %ecx                      /* 2048 entries of the four page directories */
1:  mov %ecx, %eax
    shl $21, %eax
    or $(PAGE_PRESENT_WRITE | PAGE_LARGE), %eax
    mov %eax, directories(, %ecx, 8)
    movl $0, directories + 4(, %ecx, 8)
    inc %ecx
    cmp $2048, %ecx
    jb 1b
    mov $(directories + PAGE_PRESENT_WRITE), %eax
    xor %ecx, %ecx
2:  mov %eax, pointers(, %ecx, 8)
    add $0x1000, %eax
    inc %ecx
    cmp $4, %ecx
    jb 2b
    movl $(pointers + PAGE_PRESENT_WRITE), root
    mov $CR4_PAE_OSFXSR, %eax
    mov %eax, %cr4
    mov $root, %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    rdmsr
    or $EFER_LME, %eax
    wrmsr
    mov $CR0_PG_WP_NE_MP_PE, %eax
    mov %eax, %cr0
    lgdt gdt_pointer
    ljmp $8, $start_long

/* Nothing else runs on such a CPU, so the line goes to COM1, set up as any 16550 wants it. */
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

    .code64
/* Long mode, this code mapped one to one: as after boot, but nobody hands anything over. The caller's tables may be gone soon. */
start_again:
    cli
    cld
    mov $root, %eax
    mov %rax, %cr3
    mov $CR4_PAE_OSFXSR, %eax
    mov %rax, %cr4
    mov $CR0_PG_WP_NE_MP_PE, %eax
    mov %rax, %cr0
    mov $stack_top, %esp
    mov $-1, %edi
    xor %esi, %esi
    lgdt gdt_pointer
    pushq $8
    pushq $start_long
    lretq
start_long:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $stack_top, %esp
    mov %edi, %edi                      /* zero-extended: arguments of start_main */
    mov %esi, %esi
    push %rdi
    push %rsi
    mov $bss_start, %edi
    mov $bss_end, %ecx
    sub %edi, %ecx
    xor %eax, %eax
    rep stosb
    pop %rsi
    pop %rdi
    xor %ebp, %ebp
    call start_main
1:  cli
    hlt
    jmp 1b

/* One stub per vector: error code (0 where the CPU pushes none), number, and on to what saves the rest. */
    .balign STUB_SIZE
    .globl vector_stubs
vector_stubs:
    .set vector, 0
    .rept VECTORS
    .balign STUB_SIZE
    .if vector >= 32 || !((EXCEPTIONS_WITH_ERROR >> vector) & 1)
    push $0
    .endif
    push $vector
    jmp trap_entry
    .set vector, vector + 1
    .endr

/* struct trap, from its end: what the CPU pushed, error, vector, then the registers that C may change. */
trap_entry:
    cld
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    push %rbp
    mov %rsp, %rbp
    mov %rsp, %rdi
    and $-16, %rsp
    call trap_handle
    mov %rbp, %rsp
    pop %rbp
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    add $16, %rsp
    iretq

/* int msr_try(uint32_t msr, uint64_t *value): 0, and nothing read, when the CPU has no such register (#GP). */
    .globl msr_try, msr_try_reads, msr_try_fails
msr_try:
    mov %rsi, %r8
    mov %edi, %ecx
msr_try_reads:
    rdmsr
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, (%r8)
    mov $1, %eax
    ret
msr_try_fails:
    xor %eax, %eax
    ret

    .section .rodata
no_long_mode_setup:
    .byte 1, 0, 3, 0x80, 0, 1, 1, 0, 3, 3, 2, 7, 4, 3
no_long_mode_text:
    .asciz "\r\nhyp: halt: cpu: needs x86-64\r\n"
    .balign 8
gdt:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cf9b000000ffff
gdt_pointer:
    .short gdt_pointer - gdt - 1
    .long gdt, 0                        /* 64-bit code takes eight bytes of address */

/* Not zeroed at the start, as the bss is: in use by then. */
    .section .boot.noinit, "aw", @nobits
    .balign 4096
root:
    .skip 4096
pointers:
    .skip 4096
directories:
    .skip 16384
stack:
    .skip STACK_SIZE
stack_top:

    .section .note.GNU-stack, "", @progbits
