/* Interrupt vectors. Exceptions: SDM 3A, table 6-1. Serves the assembler too. */
#ifndef VECTORS_H
#define VECTORS_H

#define VECTOR_DEBUG 1
#define VECTOR_NMI 2
#define VECTOR_BREAKPOINT 3
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_GENERAL_PROTECTION 13
#define VECTOR_PAGE_FAULT 14
#define VECTOR_MACHINE_CHECK 18
#define VECTOR_DEVICE 62            /* in a frame: some interrupt; frame.error has the vector. No event has this number */
#define VECTOR_PIC 0x20             /* where the legacy controllers are moved to before they are masked */
#define VECTOR_CONSOLE 0x3f         /* in a class below theirs: the task priority holds it back outside idle time */
#define VECTOR_IRQ 0x40             /* the first of the plan's interrupts */
#define VECTOR_TIMER 0xf0
#define VECTOR_SPURIOUS 0xff

#define APIC_EOI 0xb0               /* register of the local APIC: end of interrupt */

#define EXCEPTION_STUB 6            /* bytes: two pushes and a short jump fit */
#define EXCEPTIONS_LOW 22           /* so many stubs stand before what they jump to, the others behind it */
#define DEVICE_STUB 4

/* Bits of an interrupt gate's type: a stack of its own (IST 1 to 3), and whether ring 3 may call it. */
#define GATE_STACK 7
#define GATE_STACK_NMI 1
#define GATE_STACK_FAULT 2
#define GATE_STACK_CHECK 3
#define GATE_RING_3 0x60
#define GATES 7                     /* with a vector or type of their own */
#define EXCEPTIONS_WITH_ERROR 0x60227d00    /* 8, 10 to 14, 17, 21, 29, 30 */

/* Ticks from the spin's last look at the clock to the first ring-3 instruction, that included. */
#define EXIT_TICKS 34
/* Ticks of a path to a release that still goes through the spin, which then counts the lateness itself. */
#define SPIN_REACH (1ll << 30)

#endif
