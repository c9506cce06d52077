/*
 * A display: shows the newest reading, how old it is, and whether it still counts. Reading takes nothing away: an old
 * message is read again, and is no longer fresh.
 *
 * In the plan: a sampling port `reading` of 16 bytes to read, with `valid_for`.
 */
#include <hyp.h>

#define ENOUGH 15 /* windows */

void partition_main(void)
{
    hyp_port_t in = hyp_port("reading");
    unsigned stale = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (int window = 0; window < ENOUGH; window++) {
        struct { uint64_t number; hyp_time_t at; } reading;
        hyp_sampling_status_t status;
        hyp_result_t length = hyp_sampling_read(in, &reading, sizeof reading, &status);

        if (length < 0)
            hyp_printf("no reading: %s\n", hyp_result_name(length));
        else
            hyp_printf("reading %llu, %llu ms old, %s, %s\n", (unsigned long long)reading.number,
                       (unsigned long long)(status.age + 500000) / 1000000, status.fresh ? "fresh" : "seen before", status.valid ? "valid" : "stale");
        stale += length > 0 && !status.valid;
        hyp_yield();
    }
    hyp_verdict(stale > 0, stale > 0 ? "told old readings from new ones" : "the sensor never slept");
}
