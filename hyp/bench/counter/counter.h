/* What the counter's parts share: the kernel's instructions with their marks, and what was measured. Counts are instructions. */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>
#include <stdio.h>

#define CALLS 64

enum mark {
    MARK_BOOT = 1,              /* the loader enters here */
    MARK_TIMER = 2,
    MARK_HYPERCALL = 4,
    MARK_EXIT_NOW = 8,
    MARK_RELEASE = 16,
    MARK_SPIN = 32,             /* in the loop that waits for the release */
    MARK_LOOK = 64,             /* a look at the clock that ends a long work early */
    MARK_HALT = 128,
    MARK_FPU = 256,             /* saves or loads FPU state */
    MARK_VERIFY = 512,          /* first of the clock verification */
    MARK_DRAIN = 1024,          /* first of the console's drain */
    MARK_DRAIN_LOOK = 2048,
    MARK_END = 4096,            /* the end report: no partition runs any more */
    MARK_ENTRY = 8192,          /* an exception's or interrupt's way in */
    MARK_LEAVE = 16384,         /* IRETQ or SYSRETQ: the next instruction may be a partition's */
};

struct range {
    uint64_t start, end;
};

/* An instruction of the kernel; `call` is the hypercall whose handler begins here, or -1. */
struct instruction {
    uint64_t address;
    uint64_t executed;
    uint32_t marks;
    int32_t call;
    uint32_t size;
};

/* Where a stretch of kernel code began. CALL + n is hypercall n. */
enum kind { KIND_BOOT, KIND_TIMER, KIND_TIMER_FPU, KIND_SPURIOUS, KIND_IDLE, KIND_FAULT, KIND_DRAIN, KIND_REFUSED, KIND_CALL };
#define KINDS (KIND_CALL + CALLS)

/* The longest stretch of a kind, with the way it took: addresses with repetitions. */
struct step {
    uint64_t address;
    uint64_t repeated;
};

#define STEPS 4096

struct longest {
    uint64_t count;             /* stretches of this kind */
    uint64_t length;
    uint32_t steps;
    struct step way[STEPS];
};

/* A release that a timer interrupt of a running partition led to. */
struct release {
    uint32_t length;            /* from the interrupt's first instruction to the partition's, repetitions of the spin apart */
    uint32_t fpu;
    uint32_t drained;           /* the console was drained on the way, which `length` leaves out */
    uint32_t looked;            /* a restart was on the way: it looks at the clock, and takes no time that others were promised */
    uint64_t ran;               /* from the last release to the interrupt; 0: the CPU has halted in between */
};

struct measured {
    uint64_t user, kernel, boot_total, boot_verify, boot_spin, resumed;
    struct longest longest[KINDS];
    struct longest shortest;    /* of the releases that a timer interrupt led to */
    struct release *releases;
    uint64_t release_count, release_room;
};

extern struct measured measured;

void instructions_argument(const char *name, const char *value);
struct instruction *instruction_at(uint64_t address, const uint8_t *bytes, uint32_t size);
void instructions_write(FILE *out);

void kernel_executed(unsigned cpu, void *instruction);
void user_entered(unsigned cpu, void *nothing);

#endif
