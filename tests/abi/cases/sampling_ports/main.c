/*
 * The calls of group `sampling ports`. The driver writes to `there` and reads `back`, where the answerer writes; nobody ever writes
 * to `silent`; `jobs` is a queuing port.
 */
#include "../case.h"

#define SIZE 32

static const char kind[] = "no such port, or one of another kind";
static const char direction[] = "the port has the other direction";
static const char address[] = "a buffer is not wholly accessible to the caller";

static char buffer[SIZE];
static hyp_sampling_status_t status;

static void answer(void)
{
    for (;; hyp_yield()) {
        hyp_result_t length = hyp_sampling_read(hyp_port("there"), buffer, SIZE, NULL);

        if (length > 0)
            hyp_sampling_write(hyp_port("back"), buffer, (size_t)length);
    }
}

static void write_check(hyp_port_t there, hyp_port_t back, hyp_port_t jobs)
{
    CASE(sampling_write, INVALID_PARAM, kind, hyp_sampling_write(99, "text", 4));
    CASE(sampling_write, INVALID_PARAM, kind, hyp_sampling_write(-1, "text", 4));
    CASE(sampling_write, INVALID_PARAM, kind, hyp_sampling_write(jobs, "text", 4));
    CASE(sampling_write, INVALID_MODE, direction, hyp_sampling_write(back, "text", 4));
    CASE(sampling_write, BAD_ADDRESS, address, hyp_sampling_write(there, (const void *)NOWHERE, 4));
    CASE(sampling_write, INVALID_CONFIG, "longer than the port's size, or empty", hyp_sampling_write(there, buffer, SIZE + 1));
    CASE(sampling_write, INVALID_CONFIG, "longer than the port's size, or empty", hyp_sampling_write(there, buffer, 0));
    WORKS(sampling_write, hyp_sampling_write(there, "one", 3) == HYP_OK);
    WORKS(sampling_write, hyp_sampling_write(there, "four", 4) == HYP_OK); /* overwrites */
}

static void read_check(hyp_port_t there, hyp_port_t back, hyp_port_t silent, hyp_port_t jobs)
{
    CASE(sampling_read, INVALID_PARAM, kind, hyp_sampling_read(99, buffer, SIZE, NULL));
    CASE(sampling_read, INVALID_PARAM, kind, hyp_sampling_read(jobs, buffer, SIZE, NULL));
    CASE(sampling_read, INVALID_MODE, direction, hyp_sampling_read(there, buffer, SIZE, NULL));
    CASE(sampling_read, BAD_ADDRESS, address, hyp_sampling_read(back, (void *)NOWHERE, SIZE, NULL));
    CASE(sampling_read, BAD_ADDRESS, address, hyp_sampling_read(back, buffer, SIZE, (hyp_sampling_status_t *)NOWHERE));
    CASE(sampling_read, NO_ACTION, "no message was ever written", hyp_sampling_read(silent, buffer, SIZE, &status));
    CASE(sampling_read, INVALID_PARAM, "the buffer is smaller than the message, which stays", hyp_sampling_read(back, buffer, 3, NULL));
    WORKS(sampling_read, hyp_sampling_read(back, buffer, SIZE, &status) == 4 && buffer[0] == 'f' && buffer[3] == 'r');
    WORKS(sampling_read, status.length == 4 && status.fresh && status.valid && status.age > 0 && status.age < 10000000);
    WORKS(sampling_read, hyp_sampling_read(back, buffer, SIZE, &status) == 4 && !status.fresh && status.valid);
    WORKS(sampling_read, hyp_sampling_read(back, buffer, SIZE, NULL) == 4);
}

static void status_check(hyp_port_t there, hyp_port_t back, hyp_port_t silent, hyp_port_t jobs)
{
    CASE(sampling_status, INVALID_PARAM, kind, hyp_sampling_status(99, &status));
    CASE(sampling_status, INVALID_PARAM, kind, hyp_sampling_status(jobs, &status));
    CASE(sampling_status, INVALID_MODE, direction, hyp_sampling_status(there, &status));
    CASE(sampling_status, BAD_ADDRESS, address, hyp_sampling_status(back, (hyp_sampling_status_t *)NOWHERE));
    CASE(sampling_status, NO_ACTION, "no message was ever written", hyp_sampling_status(silent, &status));
    hyp_yield(); /* the answerer has written again: fresh, and looking does not take that away */
    WORKS(sampling_status, hyp_sampling_status(back, &status) == HYP_OK && status.length == 4 && status.fresh && status.valid);
    WORKS(sampling_status, hyp_sampling_status(back, &status) == HYP_OK && status.fresh && status.overwritten == 0);
    case_windows(3);
    WORKS(sampling_read, hyp_sampling_read(back, buffer, SIZE, &status) == 4 && status.fresh && status.overwritten == 3);
}

void partition_main(void)
{
    hyp_port_t there = hyp_port("there");
    hyp_port_t back = hyp_port("back");
    hyp_port_t silent = hyp_port("silent");
    hyp_port_t jobs = hyp_port("jobs");

    if (case_role("answerer"))
        answer();
    CASE(sampling_status, NO_ACTION, "no message was ever written", hyp_sampling_status(back, &status));
    write_check(there, back, jobs);
    hyp_yield();
    read_check(there, back, silent, jobs);
    status_check(there, back, silent, jobs);
    case_end();
}
