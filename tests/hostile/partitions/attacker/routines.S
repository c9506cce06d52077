/* What C cannot say: odd flags, stacks, selectors. Arguments as C passes them. */
#include <hyp_abi.h>

#define TAG (HYP_HYPERCALL_TAG << 32)

	.text
	.globl flags_across, stack_across, stack_fault, call_with, hold_with, far_return, far_jump, iret_to, single_step_call, single_step_mov_ss

	.macro spin ticks		/* rax rcx rdx are lost */
	rdtsc
	shl $32, %rdx
	lea (%rdx, %rax), %rcx
	add \ticks, %rcx
1:	rdtsc
	shl $32, %rdx
	or %rdx, %rax
	cmp %rcx, %rax
	jb 1b
	.endm

flags_across:
	pushf
	pop %r8
	push %rdi
	popf
	movabs $TAG, %rax
	syscall
	spin %rsi
	pushf
	pop %rax
	push %r8
	popf
	ret

stack_across:
	mov %rsp, %r8
	mov %rdi, %rsp
	movabs $TAG, %rax
	syscall
	spin %rsi
	mov %r8, %rsp
	ret

stack_fault:
	mov %rdi, %rsp
	ud2

	.macro registers_around between:vararg
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi
	mov %rdi, %rax
	mov 8(%rax), %rbx
	mov 16(%rax), %rcx
	mov 24(%rax), %rdx
	mov 32(%rax), %rsi
	mov 40(%rax), %rdi
	mov 48(%rax), %rbp
	mov 64(%rax), %r8
	mov 72(%rax), %r9
	mov 80(%rax), %r10
	mov 88(%rax), %r11
	mov 96(%rax), %r12
	mov 104(%rax), %r13
	mov 112(%rax), %r14
	mov 120(%rax), %r15
	mov (%rax), %rax
	\between
	xchg %rax, (%rsp)
	mov %rbx, 8(%rax)
	mov %rcx, 16(%rax)
	mov %rdx, 24(%rax)
	mov %rsi, 32(%rax)
	mov %rdi, 40(%rax)
	mov %rbp, 48(%rax)
	mov %r8, 64(%rax)
	mov %r9, 72(%rax)
	mov %r10, 80(%rax)
	mov %r11, 88(%rax)
	mov %r12, 96(%rax)
	mov %r13, 104(%rax)
	mov %r14, 112(%rax)
	mov %r15, 120(%rax)
	pop %rcx
	mov %rcx, (%rax)
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
	.endm

call_with:
	registers_around syscall

hold_with:				/* the same while nothing is called: interrupts come */
	registers_around 1: dec %rcx; jnz 1b

far_return:
	push %rdi
	lea 1f(%rip), %rax
	push %rax
	rex.w lret
1:	ret

far_jump:
	sub $16, %rsp
	lea 1f(%rip), %rax
	mov %rax, (%rsp)
	mov %di, 8(%rsp)
	rex.w ljmp *(%rsp)
1:	add $16, %rsp
	ret

iret_to:
	push %r8
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	iretq

single_step_call:
	pushf
	orq $0x100, (%rsp)
	movabs $TAG, %rax
	popf
	syscall
	ret

single_step_mov_ss:
	mov %ss, %ecx
	movabs $TAG, %rax
	pushf
	orq $0x100, (%rsp)
	popf
	mov %ecx, %ss
	syscall
	ret

	.globl interrupt_stubs
	.balign 4
interrupt_stubs:
	.set vector, 0
	.rept 256
	.byte 0xcd, vector, 0xc3, 0x90
	.set vector, vector + 1
	.endr

	.section .top, "ax", @progbits
	.skip 4096 - 12, 0x90
	movabs $TAG, %rax
	syscall
	.section .note.GNU-stack, "", @progbits
