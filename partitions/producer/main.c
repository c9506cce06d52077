/*
 * A producer: sends jobs faster than its consumer takes them, until the queue is full; then it waits for room. No job is lost.
 *
 * In the plan: a queuing port `jobs` of 8 bytes to send.
 */
#include <hyp.h>

#define JOBS 30
#define PATIENCE 400000u /* ns of own windows */

void partition_main(void)
{
    hyp_port_t out = hyp_port("jobs");
    unsigned waited = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (uint64_t job = 1; job <= JOBS;) {
        hyp_result_t result = hyp_queuing_send(out, &job, sizeof job, 0);

        if (result == HYP_NOT_AVAILABLE) { /* full: sleeps until the consumer has taken one, or time is up */
            waited++;
            result = hyp_queuing_send(out, &job, sizeof job, PATIENCE);
        }
        if (result == HYP_OK)
            job++;
    }
    hyp_printf("sent %d jobs; the queue was full %u times\n", JOBS, waited);
}
