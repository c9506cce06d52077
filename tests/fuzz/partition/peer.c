/* The other end of the fuzzer's channels and events, and its keeper: it wakes it, resumes it and starts it again. */
#include "record.h"

#define PATIENCE 6                      /* own windows without any call of the fuzzer's */

static uint64_t message[9000 / 8];
static uint64_t sequence;

static void keep(hyp_partition_t fuzzer, const struct journal *calls)
{
    static uint64_t last, still;
    struct hyp_partition_status status;
    uint64_t here = *(const volatile uint64_t *)&calls->count;
    hyp_partition_status(fuzzer, &status);
    still = here == last ? still + 1 : 0;
    last = here;
    if (here == calls->limit)
        return;
    if (status.status == HYP_STATUS_SUSPENDED)
        make(HYP_CALL_PARTITION_CONTROL, (uint64_t)fuzzer, HYP_CONTROL_RESUME, 0, 0, NULL);
    else if (status.status == HYP_STATUS_HALTED || still > PATIENCE)
        make(HYP_CALL_PARTITION_CONTROL, (uint64_t)fuzzer, one_in(2) ? HYP_CONTROL_WARM_RESTART : HYP_CONTROL_COLD_RESTART, 0, 0, NULL);
}

static void send(uint32_t call, const char *port, uint64_t size)
{
    message[0] = ++sequence << 8 | 2;
    make(call, (uint64_t)hyp_port(port), (uint64_t)message, 1 + below(size), 0, message);
}

static void receive(uint32_t call, const char *port)
{
    make(call, (uint64_t)hyp_port(port), (uint64_t)message, sizeof message, 0, message);
}

_Noreturn void peer_run(void)
{
    const struct journal *calls = (const struct journal *)hyp_area("calls")->base;
    hyp_partition_t fuzzer = hyp_partition("fuzzer");
    hyp_event_t pong = hyp_event("pong");
    for (;; hyp_yield()) {
        take_events();
        keep(fuzzer, calls);
        if (one_in(3))
            make(HYP_CALL_EVENT_SEND, (uint64_t)pong, 0, 0, 0, NULL);
        if (one_in(2))
            send(HYP_CALL_SAMPLING_WRITE, "news_out", 64);
        if (one_in(3))
            receive(HYP_CALL_SAMPLING_READ, "state_in");
        for (uint64_t n = below(4); n; n--)
            send(HYP_CALL_QUEUING_SEND, "work_out", 48);
        for (uint64_t n = below(3); n; n--)
            receive(HYP_CALL_QUEUING_RECEIVE, "done_in");
        if (one_in(4))
            receive(HYP_CALL_QUEUING_RECEIVE, "bulk_in");
        if (one_in(12))
            make(HYP_CALL_QUEUING_CLEAR, (uint64_t)hyp_port("done_in"), 0, 0, 0, NULL);
    }
}
