/* The null hypercall's round trip as a partition sees it, and the empty pair of looks at the clock. Read from memory. */
#include <hyp.h>

#define SAMPLES 1000

volatile uint64_t round_trips[SAMPLES];
volatile uint64_t empty_pairs[SAMPLES];
volatile uint64_t done;

static uint32_t round_trip(void)
{
    uint32_t ticks;
    __asm__ volatile("rdtsc\n\tmov %%eax, %%r8d\n\tmov %1, %%rax\n\tsyscall\n\trdtsc\n\tsub %%r8d, %%eax"
                     : "=&a"(ticks) : "i"((uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_NOP) : "rcx", "rdx", "r8", "r11", "memory");
    return ticks;
}

static uint32_t empty_pair(void)
{
    uint32_t ticks;
    __asm__ volatile("rdtsc\n\tmov %%eax, %%r8d\n\trdtsc\n\tsub %%r8d, %%eax" : "=&a"(ticks) : : "rdx", "r8", "memory");
    return ticks;
}

void partition_main(void)
{
    for (uint32_t n = 0; n < SAMPLES; n++) {
        empty_pairs[n] = empty_pair();
        round_trips[n] = round_trip();
        done = n + 1;
    }
    for (;;)
        hyp_yield();
}
