/* Below the library, whose handlers do other things before they look at the clock. */
#include "hyp_abi.h"

#define TRAP_RIP (HYP_CONTROL_PAGE + OFFSET_HYP_CONTROL_FRAMES + SIZEOF_HYP_FRAME + OFFSET_HYP_FRAME_RIP)
#define UD2_BYTES 2

	.text
	.globl handler_upcall, handler_trap, handler_trap_after
	.type handler_upcall, @function
	.type handler_trap, @function
	.type handler_trap_after, @function

handler_upcall:
	rdtsc
	shlq	$32, %rdx
	orq	%rdx, %rax
	movl	$HYP_CONTROL_PAGE + OFFSET_HYP_CONTROL_PENDING, %ecx
	movq	$0, (%rcx)
	movq	%rax, handler_seen(%rip)
	movabsq	$(HYP_HYPERCALL_TAG << 32 | HYP_CALL_UPCALL_RETURN), %rax
	syscall
	ud2
	.size handler_upcall, . - handler_upcall

handler_trap:
	rdtsc
	movl	%eax, trap_seen(%rip)
	addq	$UD2_BYTES, TRAP_RIP
	movabsq	$(HYP_HYPERCALL_TAG << 32 | HYP_CALL_TRAP_RETURN), %rax
	syscall
	ud2
	.size handler_trap, . - handler_trap

handler_trap_after:
	rdtsc
	movl	%eax, %r8d
	ud2
	movl	trap_seen(%rip), %eax
	subl	%r8d, %eax
	subl	$2, %eax		/* this rdtsc and mov */
	ret
	.size handler_trap_after, . - handler_trap_after

	.bss
	.balign 16
	.globl handler_seen, handler_stack_end
	.type handler_seen, @object
	.size handler_seen, 8
handler_seen:
	.skip 8
trap_seen:
	.skip 8
	.skip 1024
handler_stack_end:

	.section .note.GNU-stack, "", @progbits
