/*
 * Floating point across windows: follows a chaotic sequence in the registers of the FPU, never yields, and compares
 * every round with the first. A single foreign bit in a register would change all that follows.
 *
 * In the plan: windows shorter than a round, and a neighbour that uses the FPU too; `args` is the seed, 1 to 9.
 */
#include <hyp.h>

#define STEPS 200000
#define ROUNDS 5 /* for a verdict */
#define LANES 8

/* The logistic map at 3.99, in lanes that the compiler keeps in registers; returns their sum. */
static double follow(double seed)
{
    double lane[LANES];
    double sum = 0;

    for (int i = 0; i < LANES; i++)
        lane[i] = seed / 10 + i * 1e-3;
    for (int step = 0; step < STEPS; step++)
        for (int i = 0; i < LANES; i++)
            lane[i] = 3.99 * lane[i] * (1.0 - lane[i]);
    for (int i = 0; i < LANES; i++)
        sum += lane[i];
    return sum;
}

void partition_main(void)
{
    char digit = hyp_info()->args[0];
    double seed = digit >= '1' && digit <= '9' ? digit - '0' : 5;
    double first = follow(seed);

    hyp_mode_set(HYP_MODE_NORMAL);
    for (int round = 1;; round++) {
        double sum = follow(seed);

        if (round <= ROUNDS)
            hyp_printf("round %d: %.17g\n", round, sum);
        if (sum != first)
            hyp_verdict(0, "a round differs from the first");
        else if (round == ROUNDS)
            hyp_verdict(1, "every round the same");
    }
}
