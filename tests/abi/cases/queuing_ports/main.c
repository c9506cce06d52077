/*
 * The calls of group `queuing ports`. The driver sends to `there`; the answerer sends back what it receives, in its windows that follow.
 * `sample` is a sampling port.
 */
#include "../case.h"

#define SIZE 16
#define DEPTH 2
#define SHORT 20000u /* ns */

static const char kind[] = "no such port, or one of another kind";
static const char direction[] = "the port has the other direction";
static const char address[] = "a buffer is not wholly accessible to the caller";

static char buffer[SIZE];

static void answer(void)
{
    hyp_port_t there = hyp_port("there");
    hyp_port_t back = hyp_port("back");

    for (;; hyp_yield())
        for (hyp_result_t length; (length = hyp_queuing_receive(there, buffer, SIZE, 0)) > 0;)
            hyp_queuing_send(back, buffer, (size_t)length, 0);
}

static void send_check(hyp_port_t there, hyp_port_t back, hyp_port_t sample)
{
    CASE(queuing_send, INVALID_PARAM, kind, hyp_queuing_send(99, "text", 4, 0));
    CASE(queuing_send, INVALID_PARAM, kind, hyp_queuing_send(sample, "text", 4, 0));
    CASE(queuing_send, INVALID_MODE, direction, hyp_queuing_send(back, "text", 4, 0));
    CASE(queuing_send, BAD_ADDRESS, address, hyp_queuing_send(there, (const void *)NOWHERE, 4, 0));
    CASE(queuing_send, INVALID_CONFIG, "longer than the port's size, or empty", hyp_queuing_send(there, buffer, SIZE + 1, 0));
    CASE(queuing_send, INVALID_CONFIG, "longer than the port's size, or empty", hyp_queuing_send(there, buffer, 0, 0));
    WORKS(queuing_send, hyp_queuing_send(there, "one", 3, 0) == HYP_OK && hyp_queuing_send(there, "three", 5, SHORT) == HYP_OK);
    CASE(queuing_send, NOT_AVAILABLE, "the queue is full and the time-out is 0", hyp_queuing_send(there, "no", 2, 0));
    hyp_time_t start = hyp_time();
    CASE(queuing_send, TIMED_OUT, "the queue stayed full", hyp_queuing_send(there, "no", 2, SHORT));
    WORKS(queuing_send, hyp_time() - start >= SHORT && hyp_time() - start < 10 * SHORT);
}

static void status_check(hyp_port_t there, hyp_port_t sample)
{
    hyp_queuing_status_t status;

    CASE(queuing_status, INVALID_PARAM, kind, hyp_queuing_status(99, &status));
    CASE(queuing_status, INVALID_PARAM, kind, hyp_queuing_status(sample, &status));
    CASE(queuing_status, BAD_ADDRESS, address, hyp_queuing_status(there, (hyp_queuing_status_t *)NOWHERE));
    WORKS(queuing_status, hyp_queuing_status(there, &status) == HYP_OK && status.count == DEPTH && status.depth == DEPTH &&
                              status.size == SIZE && status.overflows == 2);
}

static void receive_check(hyp_port_t there, hyp_port_t back, hyp_port_t sample)
{
    CASE(queuing_receive, INVALID_PARAM, kind, hyp_queuing_receive(99, buffer, SIZE, 0));
    CASE(queuing_receive, INVALID_PARAM, kind, hyp_queuing_receive(sample, buffer, SIZE, 0));
    CASE(queuing_receive, INVALID_MODE, direction, hyp_queuing_receive(there, buffer, SIZE, 0));
    CASE(queuing_receive, INVALID_PARAM, "the buffer is smaller than the message, which stays", hyp_queuing_receive(back, buffer, 2, 0));
    CASE(queuing_receive, BAD_ADDRESS, address, hyp_queuing_receive(back, (void *)NOWHERE, SIZE, 0)); /* and takes nothing */
    WORKS(queuing_receive, hyp_queuing_receive(back, buffer, SIZE, 0) == 3 && buffer[0] == 'o' && buffer[2] == 'e');
    WORKS(queuing_receive, hyp_queuing_receive(back, buffer, SIZE, SHORT) == 5 && buffer[0] == 't' && buffer[4] == 'e');
    CASE(queuing_receive, NOT_AVAILABLE, "the queue is empty and the time-out is 0", hyp_queuing_receive(back, buffer, SIZE, 0));
    hyp_time_t start = hyp_time();
    CASE(queuing_receive, TIMED_OUT, "the queue stayed empty", hyp_queuing_receive(back, buffer, SIZE, SHORT));
    WORKS(queuing_receive, hyp_time() - start >= SHORT && hyp_time() - start < 10 * SHORT);
    /* A time-out that outlives the window: the message comes from another's window in between. */
    hyp_queuing_send(there, "late", 4, 0);
    WORKS(queuing_receive, hyp_queuing_receive(back, buffer, SIZE, 100000000) == 4 && buffer[0] == 'l');
}

void partition_main(void)
{
    hyp_port_t there = hyp_port("there");
    hyp_port_t back = hyp_port("back");
    hyp_port_t sample = hyp_port("sample");
    hyp_queuing_status_t status;

    if (case_role("answerer"))
        answer();
    send_check(there, back, sample);
    status_check(there, sample);
    hyp_yield();
    receive_check(there, back, sample);
    CASE(queuing_clear, INVALID_PARAM, kind, hyp_queuing_clear(99));
    CASE(queuing_clear, INVALID_PARAM, kind, hyp_queuing_clear(sample));
    CASE(queuing_clear, INVALID_MODE, direction, hyp_queuing_clear(there));
    hyp_queuing_send(there, "a", 1, 0);
    hyp_queuing_send(there, "b", 1, 0);
    hyp_yield();
    WORKS(queuing_clear, hyp_queuing_clear(back) == 2 && hyp_queuing_status(back, &status) == HYP_OK && status.count == 0);
    WORKS(queuing_clear, hyp_queuing_clear(back) == 0);
    case_end();
}
