/*
 * A solver: two linear equations with two unknowns, in whole numbers, for whoever has a gate to it. It needs no window: it works in
 * its callers', on their time. Equations without one solution make it divide by zero, which is its own fault and nobody else's.
 *
 *     a x + b y = e
 *     c x + d y = f       words: a b e c d f -> x y
 */
#include <hyp.h>

static void solve(int caller, uint64_t words[6])
{
    int64_t a = (int64_t)words[0], b = (int64_t)words[1], e = (int64_t)words[2];
    int64_t c = (int64_t)words[3], d = (int64_t)words[4], f = (int64_t)words[5];
    int64_t determinant = a * d - b * c;

    (void)caller;
    words[0] = (uint64_t)((e * d - b * f) / determinant);
    words[1] = (uint64_t)((a * f - e * c) / determinant);
}

void partition_main(void)
{
    hyp_gate_serve(solve);
}
