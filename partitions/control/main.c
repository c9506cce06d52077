/*
 * A controller that has its equations solved by somebody else, through the gate `math`. The call is answered within its own window.
 * Where the plan gives it more, it takes more: a measurement (`imu_in`), commands for a monitor (`cmd_out`), a watchdog.
 *
 * `args`: which of its equations, if any, has no solution (`bad=N`).
 */
#include <hyp.h>
#include <string.h>

#define EQUATIONS 8

/* 3x + y = e, x + 2y = f with x = n and y = -2n; as one that has no solution both sides are the same. */
static hyp_result_t solve(hyp_gate_t math, int64_t n, int bad, int64_t *x, int64_t *y)
{
    uint64_t words[6] = { 3, 1, (uint64_t)(3 * n - 2 * n), 1, 2, (uint64_t)(n - 4 * n) };
    hyp_result_t result;

    if (bad)
        memcpy(&words[3], &words[0], 3 * sizeof words[0]);
    result = hyp_gate_call(math, words);
    *x = (int64_t)words[0];
    *y = (int64_t)words[1];
    return result;
}

/* What the plan of a larger system gives; a name that it does not give is a negative number, which every call refuses. */
static void exchange(int64_t value)
{
    struct { int64_t number; hyp_time_t at; } command = { value, hyp_time() };
    char measurement[64];

    hyp_sampling_read(hyp_port("imu_in"), measurement, sizeof measurement, NULL);
    hyp_queuing_send(hyp_port("cmd_out"), &command, sizeof command, 0);
    hyp_watchdog_kick();
}

static int bad_one(const char *args)
{
    return strncmp(args, "bad=", 4) == 0 ? args[4] - '0' : 0;
}

void partition_main(void)
{
    hyp_gate_t math = hyp_gate("math");
    int bad = bad_one(hyp_info()->args), right = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (int n = 1; n <= EQUATIONS;) {
        int64_t x, y;
        hyp_time_t before = hyp_time();
        hyp_result_t result = solve(math, n, n == bad, &x, &y);

        if (result == HYP_OK)
            hyp_printf("%d: x = %lld, y = %lld, %llu ns\n", n, (long long)x, (long long)y, (unsigned long long)(hyp_time() - before));
        else
            hyp_printf("%d: %s\n", n, hyp_result_name(result));
        right += result == HYP_OK && x == n && y == -2 * n;
        if (result == HYP_OK || n == bad) {
            exchange(x);
            n++;
        }
        hyp_yield();
    }
    hyp_verdict(right == EQUATIONS - (bad != 0), right == EQUATIONS - (bad != 0) ? "all that can be solved" : "a wrong solution");
    for (;;) {
        exchange(0);
        hyp_yield();
    }
}
