/*
 * The partition's entry. The kernel gives zeroed registers, a stack, loaded data and zeroed bss, on every start;
 * nothing is left to clear here.
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
