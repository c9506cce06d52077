/*
 * Looks at the TSC with its first instruction after each release. The samples stay in memory, where the benchmark reads them.
 * With args `yield` it waits for its releases in the kernel; with `busy` it is interrupted anywhere in a loop of LOOP instructions.
 */
#include <hyp.h>

#define LOOP 8 /* instructions of the loop in busy_sample */
#define GAP 64 /* more ticks than a round of it */
#define SAMPLES 16384

struct sample {
    uint64_t planned; /* TSC of the release, as the info page has it */
    uint64_t seen;    /* by the first instruction; `busy`: by the first look, less the rest of the interrupted round */
};

volatile struct sample samples[SAMPLES];
volatile uint64_t sample_count;

static uint64_t planned_tsc(const volatile hyp_info_t *info, uint64_t ns)
{
    return info->time_base + ns; /* the plan's board has a TSC of 1 GHz */
}

static uint64_t yield_sample(void)
{
    uint64_t low = (uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_YIELD, high;
    __asm__ volatile("syscall\n\trdtsc" : "+a"(low), "=d"(high) : : "rcx", "r11", "memory");
    return high << 32 | low;
}

/*
 * After the last look at `before` the loop ran on until the interrupt came at the window's end; `seen` is the first look after the
 * release. A round has LOOP ticks, so LOOP - (end - before) of them were left.
 */
static uint64_t busy_sample(uint64_t end, uint32_t skew)
{
    uint64_t before, seen;
    for (; skew; skew--)
        __asm__ volatile("nop");
    __asm__ volatile("rdtsc\n\tshl $32, %%rdx\n\tor %%rdx, %%rax\n"
                     "1:\tmov %%rax, %0\n\trdtsc\n\tshl $32, %%rdx\n\tor %%rdx, %%rax\n\t"
                     "mov %%rax, %%rcx\n\tsub %0, %%rcx\n\tcmp %2, %%rcx\n\tjb 1b"
                     : "=&r"(before), "=&a"(seen) : "i"(GAP) : "rcx", "rdx", "memory");
    return seen + end - before - LOOP;
}

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    int busy = info->args[0] == 'b';

    for (uint32_t n = 0;; n++) {
        uint64_t seen = busy ? busy_sample(planned_tsc(info, info->window_end), n % LOOP) : yield_sample();
        if (n < SAMPLES) {
            samples[n].planned = planned_tsc(info, info->window_start);
            samples[n].seen = seen;
            sample_count = n + 1;
        }
    }
}
