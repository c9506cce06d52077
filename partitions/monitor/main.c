/*
 * A monitor of time: compares each of its releases with the plan, whatever its neighbours do.
 *
 * The first instruction runs at the planned instant; reading the clock comes a fixed number of instructions later. So
 * the smallest and the largest distance differ by the jitter of the release. In the plan: any window.
 */
#include <hyp.h>

#define PERIOD 200000000u /* ns */
#define JITTER_MAX 4      /* ns: on the emulator's instruction clock, instructions */
#define ENOUGH 100        /* releases for a verdict */

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    hyp_time_t print_at = info->window_start + PERIOD;
    hyp_time_t least = UINT64_MAX;
    hyp_time_t most = 0;
    unsigned releases = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (;;) {
        hyp_yield();
        hyp_time_t now = hyp_time();
        hyp_time_t planned = info->window_start;
        hyp_time_t after = now - planned;

        releases++;
        if (after < least)
            least = after;
        if (after > most)
            most = after;
        if (planned >= print_at) {
            hyp_printf("%u releases seen %llu to %llu ns after plan: jitter %llu ns\n", releases, (unsigned long long)least,
                       (unsigned long long)most, (unsigned long long)(most - least));
            print_at += PERIOD;
        }
        if (releases == ENOUGH)
            hyp_verdict(most - least <= JITTER_MAX, most - least <= JITTER_MAX ? "every release on time" : "late releases");
    }
}
