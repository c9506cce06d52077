/* See acts.h. Below the library, which would not let some of this happen. */
#include "acts.h"

#include <hyp.h>
#include <string.h>

#define TEXT 512
#define PAGE 4096
#define FLAGS 0x244ed7u /* all but TF and those that a partition cannot change: CF PF AF ZF SF IF DF NT AC ID */

static char text[TEXT + 1];

static int64_t call(uint64_t number, uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;
    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(third) : "rcx", "r11", "memory");
    return (int64_t)rax;
}

static void idle(void)
{
    call(HYP_CALL_YIELD, 0, 0, 0);
}

static void calls(void)
{
    call(HYP_CALL_NOP, 0, 0, 0);
    call(HYP_CALL_TIME_GET, HYP_CLOCK_MONOTONIC, 0, 0);
    call(HYP_CALL_TIME_GET, HYP_CLOCK_EXECUTION, 0, 0);
    call(HYP_CALL_TIME_GET, 77, 0, 0);
    call(HYP_CALL_WINDOW_STATUS, 0, 0, 0);
    call(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0);
    call(HYP_CALL_PARTITION_CONTROL, UINT64_MAX, 0, 0);
    call(HYP_CALL_PARTITION_CONTROL, hyp_info()->partition, HYP_CONTROL_RESUME, 0);
    call(HYP_CALL_VERDICT, HYP_VERDICT_PASS, (uint64_t)text + 1, HYP_VERDICT_TEXT_MAX - 1);
    call(0xffff, 0, 0, 0);
}

static void untagged(void)
{
    __asm__ volatile("syscall" : : "a"(0ull) : "rcx", "r11", "memory");
}

/* Readable up to its last byte, then not: the copy faults as late as it can. The page after the info page is never mapped. */
static void pointers(void)
{
    uint64_t end = (uint64_t)hyp_info() + PAGE;
    call(HYP_CALL_CONSOLE_WRITE, end - (TEXT - 1), TEXT, 0);
    call(HYP_CALL_CONSOLE_WRITE, 0, TEXT, 0);
    call(HYP_CALL_CONSOLE_WRITE, UINT64_MAX - 50, TEXT, 0);
    call(HYP_CALL_VERDICT, HYP_VERDICT_PASS, end - (HYP_VERDICT_TEXT_MAX - 1), HYP_VERDICT_TEXT_MAX);
}

/* Lengths that never divide the ring, so that texts wrap around its end. */
static void console(void)
{
    static uint32_t length = TEXT;
    memset(text, 1, sizeof text); /* shown as four characters each */
    call(HYP_CALL_CONSOLE_WRITE, (uint64_t)text + 1, length, 0);
    length = length > TEXT - 32 ? length - 1 : TEXT;
}

/* By either call, in turns; nothing but the info page outlives it. */
static void cold(void)
{
    if (hyp_info()->cold_starts % 2)
        call(HYP_CALL_PARTITION_CONTROL, hyp_info()->partition, HYP_CONTROL_COLD_RESTART, 0);
    else
        call(HYP_CALL_MODE_SET, HYP_MODE_COLD_START, 0, 0);
}

static void warm(void)
{
    call(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0);
    call(HYP_CALL_MODE_SET, HYP_MODE_WARM_START, 0, 0);
}

static void flags(void)
{
    __asm__ volatile("sub $128, %%rsp\n\tpushf\n\tpush %0\n\tpopf\n\tsyscall\n\tpopf\n\tadd $128, %%rsp"
                     : : "r"((uint64_t)FLAGS), "a"((uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_NOP) : "rcx", "r11", "memory", "cc");
}

static void rdtsc(void)
{
    __asm__ volatile("rdtsc" : : : "rax", "rdx");
}

static void strings(void)
{
    uint64_t to = (uint64_t)text, count = TEXT;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(0) : "memory");
}

static void page_fault(void)
{
    volatile uint64_t nowhere = 8;
    *(volatile uint32_t *)nowhere = 1;
}

static void privileged(void)
{
    __asm__ volatile("cli");
}

static void breakpoint(void)
{
    __asm__ volatile("int3");
}

static void suspend(void)
{
    call(HYP_CALL_PARTITION_CONTROL, hyp_info()->partition, HYP_CONTROL_SUSPEND, 0);
}

static void halt(void)
{
    call(HYP_CALL_MODE_SET, HYP_MODE_IDLE, 0, 0);
}

act_t act_named(const char *name)
{
    static const struct {
        const char *name;
        act_t act;
    } acts[] = {
        {"calls", calls}, {"untagged", untagged}, {"pointers", pointers}, {"console", console}, {"cold", cold}, {"warm", warm},
        {"flags", flags}, {"rdtsc", rdtsc}, {"strings", strings}, {"page_fault", page_fault}, {"privileged", privileged},
        {"breakpoint", breakpoint}, {"suspend", suspend}, {"halt", halt},
    };

    for (uint32_t n = 0; n < sizeof acts / sizeof *acts; n++)
        if (strcmp(name, acts[n].name) == 0)
            return acts[n].act;
    return idle;
}

int act_is_final(act_t act)
{
    return act == page_fault || act == privileged || act == breakpoint || act == suspend || act == halt;
}
