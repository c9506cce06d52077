/*
 * Where the kernel enters for an upcall and for a trap, on the top of the handler stack. All registers are free: the interrupted
 * context is in slot 0 or 1 of the control page, and the last call takes it back from there.
 */
#include "hyp_abi.h"

#define SLOT_RSP(slot) (HYP_CONTROL_PAGE + OFFSET_HYP_CONTROL_FRAMES + (slot) * SIZEOF_HYP_FRAME + OFFSET_HYP_FRAME_RSP)
#define RED_ZONE 128	/* bytes below rsp that a function may use (System V ABI, AMD64, 3.2.2) */
#define FPU_STATE 512	/* bytes of fxsave64 (SDM 1, 10.5.1) */

	.text
	.globl handlers_upcall, handlers_trap
	.type handlers_upcall, @function
	.type handlers_trap, @function

handlers_upcall:
	movq	SLOT_RSP(0), %rax
	leaq	handlers_events(%rip), %rbx
	movl	$HYP_CALL_UPCALL_RETURN, %ebp
	jmp	handlers_run
	.size handlers_upcall, . - handlers_upcall

handlers_trap:
	movq	SLOT_RSP(1), %rax
	leaq	handlers_fault(%rip), %rbx
	movl	$HYP_CALL_TRAP_RETURN, %ebp
	.size handlers_trap, . - handlers_trap

/* rax = the interrupted rsp, rbx = what to call, ebp = the hypercall that ends it. */
	.type handlers_run, @function
handlers_run:
	cld
	/* A trap may interrupt an upcall, and an upcall a trap handler: then the stack in use goes on below. */
	movq	%rax, %rcx
	subq	handlers_stack_base(%rip), %rcx
	decq	%rcx
	cmpq	handlers_stack_size(%rip), %rcx
	jae	1f
	leaq	-RED_ZONE(%rax), %rsp
1:	andq	$-64, %rsp
	subq	$FPU_STATE, %rsp
	movq	%rsp, %rdi
	call	handlers_fpu_save
	call	*%rbx
	movq	%rsp, %rdi
	call	handlers_fpu_restore
	movabsq	$(HYP_HYPERCALL_TAG << 32), %rax
	orq	%rbp, %rax
	syscall
	ud2				/* the slot was made unusable: there is nothing to go back to */
	.size handlers_run, . - handlers_run

	.section .note.GNU-stack, "", @progbits
