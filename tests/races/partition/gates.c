/* Calls through a gate at every distance from the window's end, or with a timer that expires at every distance from them. */
#include "races.h"

#define CONTROL ((volatile struct hyp_control *)HYP_CONTROL_PAGE)
#define TAGGED(number) ((uint64_t)HYP_HYPERCALL_TAG << 32 | (number))

void upcall_entry(void);
extern volatile uint64_t upcalls;

/* Replies with the words as they came, waits for the next and counts it. Not 0: its own registers were not kept. */
uint64_t reply_kept(volatile uint64_t *requests);

/* The server sends every word back, so a call keeps all registers. */
static void ask(uint64_t number)
{
    uint64_t broken;
    CHECK(call_kept(TAGGED(HYP_CALL_GATE_CALL), number, ~number, number * 3, number + 7, &broken), 0);
    CHECK(broken, 0);
}

_Noreturn void asker_run(uint64_t alarms, uint64_t offsets)
{
    uint64_t broken;
    CONTROL->upcall_handler = (uint64_t)upcall_entry;
    CONTROL->vif = alarms != 0;
    while (call_kept(TAGGED(HYP_CALL_GATE_CALL), 0, 0, 0, 0, &broken))
        ;
    hyp_yield();
    for (uint64_t n = 0; n < offsets; n++) {
        uint64_t before = upcalls, end = window_end(), at = alarms ? tsc() + 1200 : end - n;
        CONTROL->vif = 1;
        if (alarms)
            CHECK(hyp_timer_set(HYP_CLOCK_MONOTONIC, at - hyp_info()->time_base + n, 0), 0);
        wait_until(at);
        ask(n);
        races_log->calls++;
        races_log->crossed += alarms ? upcalls != before : window_end() != end;
        if (alarms) {
            wait_until(tsc() + offsets + 1000);
            CHECK(upcalls, before + 1);
        }
        if (!alarms || window_end() < tsc() + 20000)
            hyp_yield();
    }
    ask(offsets);
    races_log->seen = upcalls;
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

_Noreturn void replier_run(void)
{
    races_log->done = 1;
    for (;;)
        CHECK(reply_kept(&races_log->seen), 0);
}
