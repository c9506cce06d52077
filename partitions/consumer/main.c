/*
 * A consumer: takes a few jobs in each of its windows, in the order in which they were sent.
 *
 * In the plan: a queuing port `jobs` of 8 bytes to receive.
 */
#include <hyp.h>

#define JOBS 30
#define PER_WINDOW 3

void partition_main(void)
{
    hyp_port_t in = hyp_port("jobs");
    uint64_t expected = 1;

    hyp_mode_set(HYP_MODE_NORMAL);
    while (expected <= JOBS) {
        hyp_queuing_status_t queue;

        hyp_queuing_status(in, &queue);
        hyp_printf("%u of %u places taken, jobs", (unsigned)queue.count, (unsigned)queue.depth);
        for (int n = 0; n < PER_WINDOW; n++) {
            uint64_t job;

            if (hyp_queuing_receive(in, &job, sizeof job, 0) != sizeof job)
                break; /* empty */
            hyp_printf(" %llu", (unsigned long long)job);
            if (job != expected)
                hyp_verdict(0, "a job was lost, or came twice");
            expected = job + 1;
        }
        hyp_printf("\n");
        hyp_yield();
    }
    hyp_verdict(1, "every job once, in order");
}
