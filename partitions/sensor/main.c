/*
 * A sensor: writes a reading to its sampling port in every window, and sleeps for five windows after every tenth.
 *
 * In the plan: a sampling port `reading`, or `imu_out`, of at least 16 bytes to write.
 */
#include <hyp.h>

#define READINGS 10
#define ASLEEP 5 /* windows */

void partition_main(void)
{
    hyp_port_t out = hyp_port("reading");

    if (out < 0)
        out = hyp_port("imu_out");
    hyp_mode_set(HYP_MODE_NORMAL);
    for (uint64_t n = 1;; n++) {
        struct { uint64_t number; hyp_time_t at; } reading = { n, hyp_time() };

        hyp_sampling_write(out, &reading, sizeof reading);
        hyp_yield();
        for (int window = 0; n % READINGS == 0 && window < ASLEEP; window++)
            hyp_yield();
    }
}
