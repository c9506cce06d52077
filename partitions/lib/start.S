/*
 * The partition's entry, on every start. The kernel gives zeroed registers, a stack and, on a cold start, fresh data
 * and zeroed bss; a warm start keeps memory as it was. So nothing is left to set up here.
 */
	.text
	.globl _start
	.type _start, @function
_start:
	xorl	%ebp, %ebp		/* ends the debugger's backtrace */
	andq	$-16, %rsp		/* the alignment that the calling convention wants at a call */
	call	partition_main
	call	partition_returned
	ud2
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
