/* Addresses that are not the partition's to read, write or run. */
#include "attacker.h"

static uint64_t in_data[2] = {0xc3c3c3c3c3c3c3c3u, 1};      /* `ret` */

static void read_at(uint64_t at, uint64_t unused)
{
    (void)unused;
    the_log->values[0] = *(volatile uint8_t *)at;
}

static void write_at(uint64_t at, uint64_t unused)
{
    (void)unused;
    *(volatile uint8_t *)at = 0;
}

static void jump_to(uint64_t at, uint64_t unused)
{
    (void)unused;
    ((void (*)(void))at)();
}

static void write_text(uint64_t first, uint64_t second)
{
    (void)first;
    write_at((uint64_t)write_text, second);
}

static void write_rodata(uint64_t first, uint64_t second)
{
    (void)first;
    write_at((uint64_t)memory_attacks, second);
}

static void jump_data(uint64_t first, uint64_t second)
{
    (void)first;
    jump_to((uint64_t)in_data, second);
}

static void jump_stack(uint64_t first, uint64_t second)
{
    uint64_t code = 0xc3c3c3c3c3c3c3c3u;
    (void)first;
    jump_to((uint64_t)&code, second);
    the_log->values[0] = code;
}

static void jump_control(uint64_t first, uint64_t second)
{
    (void)first;
    *(volatile uint64_t *)HYP_CONTROL_PAGE = 0xc3c3c3c3c3c3c3c3u;
    jump_to(HYP_CONTROL_PAGE, second);
}

static void jump_area(uint64_t first, uint64_t second)
{
    (void)first;
    the_log->values[1] = 0xc3c3c3c3c3c3c3c3u;
    jump_to((uint64_t)&the_log->values[1], second);
}

static void stack_overflow(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    for (;;)
        __asm__ volatile("push $0" : : : "memory");
}

/* Below the stack, past its guard page: only pages of this partition may be found on the way. */
static void stack_guard(uint64_t first, uint64_t second)
{
    (void)first;
    write_at(hyp_area("stack")->base - 1, second);
}

static void push_far(uint64_t rsp, uint64_t unused)
{
    (void)unused;
    __asm__ volatile("mov %0, %%rsp; push $0" : : "r"(rsp) : "memory");
}

static void string_past_end(uint64_t at, uint64_t bytes)
{
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(0) : "memory");
}

/* The call's return address is the first byte of the page that is never mapped. */
static void call_at_top(uint64_t first, uint64_t second)
{
    (void)first;
    jump_to(TOP_CALL, second);
}

const struct attack memory_attacks[] = {
    {"read", read_at}, {"write", write_at}, {"jump", jump_to}, {"write_text", write_text}, {"write_rodata", write_rodata},
    {"jump_data", jump_data}, {"jump_stack", jump_stack}, {"jump_control", jump_control}, {"jump_area", jump_area},
    {"stack_overflow", stack_overflow}, {"stack_guard", stack_guard}, {"push_far", push_far}, {"string", string_past_end},
    {"call_at_top", call_at_top}, {0, 0},
};
