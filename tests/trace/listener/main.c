/* Reads what the talker sends, in upcalls; prints what it finds in the trace once. */
#include <hyp.h>

static hyp_trace_record_t records[40];

static void on_nudge(hyp_event_t event)
{
    (void)event;
}

void partition_main(void)
{
    hyp_port_t state = hyp_port("state_in"), items = hyp_port("items_in");
    char message[64];

    hyp_on_event(hyp_event("nudge"), on_nudge);
    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_events_enable();
    for (uint32_t n = 0;; n++) {
        hyp_sampling_read(state, message, sizeof message, NULL);
        while (hyp_queuing_receive(items, message, sizeof message, 0) > 0)
            ;
        hyp_result_t count = hyp_trace_read(records, 40);
        uint64_t last = 0;
        int whole = count > 0;

        for (hyp_result_t i = 0; i < count; i++) {
            whole &= last == 0 || records[i].sequence == last + 1;
            last = records[i].sequence;
            if (n == 1 && records[i].kind == HYP_TRACE_OWN)
                hyp_printf("own %u of %u\n", records[i].value, records[i].partition);
        }
        if (n == 1)
            hyp_printf("%s\n", whole ? "whole" : "broken");
        hyp_yield();
    }
}
