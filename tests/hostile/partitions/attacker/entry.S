/* Takes the place of the library's _start in the ELF's entry: what the registers held is kept before anything else runs. */
	.text
	.globl attacker_entry
attacker_entry:
	mov %rax, entry_registers
	mov %rbx, entry_registers + 8
	mov %rcx, entry_registers + 16
	mov %rdx, entry_registers + 24
	mov %rsi, entry_registers + 32
	mov %rdi, entry_registers + 40
	mov %rbp, entry_registers + 48
	mov %rsp, entry_registers + 56
	mov %r8, entry_registers + 64
	mov %r9, entry_registers + 72
	mov %r10, entry_registers + 80
	mov %r11, entry_registers + 88
	mov %r12, entry_registers + 96
	mov %r13, entry_registers + 104
	mov %r14, entry_registers + 112
	mov %r15, entry_registers + 120
	pushf
	pop entry_registers + 128
	xor %eax, %eax
	mov %ds, %eax
	mov %rax, entry_registers + 136
	mov %es, %eax
	mov %rax, entry_registers + 144
	mov %fs, %eax
	mov %rax, entry_registers + 152
	mov %gs, %eax
	mov %rax, entry_registers + 160
	rdfsbase %rax
	mov %rax, entry_registers + 168
	rdgsbase %rax
	mov %rax, entry_registers + 176
	fxsave64 entry_fpu
	jmp _start

	.bss
	.balign 16
	.globl entry_registers, entry_fpu
entry_fpu:
	.skip 512
entry_registers:
	.skip 8 * 23
	.section .note.GNU-stack, "", @progbits
