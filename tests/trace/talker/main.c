/* Writes, sends, raises, reports and leaves a record of its own in each window; its arguments may ask for less. */
#include <hyp.h>

void partition_main(void)
{
    hyp_port_t state = hyp_port("state_out"), items = hyp_port("items_out");
    hyp_event_t nudge = hyp_event("nudge");
    hyp_gate_t ask = hyp_gate("ask");
    int quiet = hyp_info()->args[0] == 'q';

    hyp_mode_set(HYP_MODE_NORMAL);
    for (uint32_t n = 0;; n++) {
        char message[48] = { 0 };

        hyp_sampling_write(state, message, sizeof message);
        hyp_queuing_send(items, message, 20, 0);
        hyp_event_send(nudge);
        if (!quiet) {
            hyp_health_raise(n);
            hyp_trace_event(n);
        }
        if (ask >= 0) {
            uint64_t words[6] = { 0 };
            hyp_gate_call(ask, words);
        }
        hyp_yield();
    }
}
