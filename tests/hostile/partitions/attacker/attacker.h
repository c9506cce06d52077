/* One attack per partition: the plan's `args` name it. What it found goes to the area `log`, which the test reads from RAM. */
#ifndef ATTACKER_H
#define ATTACKER_H

#include <hyp.h>

#define BEGAN 0x6e61676562u
#define SURVIVED 0x6465766976727573u

/* The first words of the area `log`. */
struct log {
    uint64_t began, survived;
    uint64_t checks;            /* how many were made */
    uint64_t failed_line;       /* of the first check that did not hold; 0: all held */
    uint64_t failed_value;
    uint64_t values[32];
};

extern struct log *the_log;

struct attack {
    const char *name;
    void (*run)(uint64_t first, uint64_t second);
};

extern const struct attack instructions[], memory_attacks[], selector_attacks[], state_attacks[], call_attacks[], noise[], lives[], services[];

/* A statement about what was found: the value itself is kept when it is not `wanted`. */
void check_at(uint64_t line, uint64_t value, uint64_t wanted);
#define CHECK(value, wanted) check_at(__LINE__, (uint64_t)(value), (uint64_t)(wanted))

uint64_t now(void);                                     /* TSC */
void run_for(uint64_t ticks);                           /* burns time across windows */
int64_t raw_call(uint64_t rax, uint64_t first, uint64_t second, uint64_t third);
int64_t tagged(uint32_t number, uint64_t first, uint64_t second, uint64_t third);

/* Ticks that surely cross the end of a window and a whole major frame of the tests' plans. */
#define CROSSING 2500000u

/* entry.S: the registers of the first instruction: rax rbx rcx rdx rsi rdi rbp rsp r8-r15 rflags ds es fs gs fsbase gsbase. */
extern uint64_t entry_registers[23];
extern uint8_t entry_fpu[512];

/* routines.S */
uint64_t flags_across(uint64_t flags, uint64_t ticks);  /* flags after a call and windows that began with `flags` */
void stack_across(uint64_t rsp, uint64_t ticks);        /* a call and windows with that stack pointer */
void stack_fault(uint64_t rsp);                         /* ud2 with that stack pointer */
void call_with(uint64_t registers[16]);                 /* rax rbx rcx rdx rsi rdi rbp - r8-r15 in and out, around a syscall */
void hold_with(uint64_t registers[16]);                 /* the same around a loop of rcx rounds */
extern const char interrupt_stubs[];                    /* 256 times `int N; ret; nop` */
void far_return(uint64_t selector);
void far_jump(uint64_t selector);
void iret_to(uint64_t rip, uint64_t cs, uint64_t rflags, uint64_t rsp, uint64_t ss);
void single_step_call(void);
void single_step_mov_ss(void);
#define TOP_PAGE 0x7fffffffe000u             /* the highest page that may be mapped: .top */
#define TOP_CALL (TOP_PAGE + 4096 - 12)     /* a syscall that ends with it */

#endif
