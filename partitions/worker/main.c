/*
 * A worker: counts primes with integers only, in every tick that the plan gives it. It never yields: a window's end
 * interrupts it anywhere, and the next release goes on there.
 *
 * In the plan: `fpu: false`, and any window.
 */
#include <hyp.h>

#define LIMIT 20000u
#define PRIMES 2262u /* below LIMIT (OEIS A000720) */
#define ROUNDS 50    /* for a verdict */

static int is_prime(uint32_t number)
{
    if (number % 2 == 0)
        return number == 2;
    for (uint32_t divisor = 3; divisor * divisor <= number; divisor += 2)
        if (number % divisor == 0)
            return 0;
    return number > 1;
}

void partition_main(void)
{
    hyp_mode_set(HYP_MODE_NORMAL);
    for (unsigned round = 1;; round++) {
        hyp_time_t start = hyp_time_get(HYP_CLOCK_EXECUTION);
        hyp_time_t from = hyp_time();
        uint32_t found = 0;

        for (uint32_t number = 0; number < LIMIT; number++)
            found += (uint32_t)is_prime(number);
        hyp_time_t ran = hyp_time_get(HYP_CLOCK_EXECUTION) - start;
        hyp_time_t took = hyp_time() - from;
        if (round % ROUNDS == 0)
            hyp_printf("round %u: %u primes below %u, ran %llu us in %llu us\n", round, (unsigned)found, LIMIT,
                       (unsigned long long)ran / 1000, (unsigned long long)took / 1000);
        if (found != PRIMES)
            hyp_verdict(0, "lost count: something touched its registers or memory");
        else if (round == ROUNDS)
            hyp_verdict(1, "counts right");
    }
}
