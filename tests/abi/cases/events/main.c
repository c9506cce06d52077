/* The calls of group `events`. The answerer sends `pong` for each `ping`. */
#include "../case.h"

static volatile int handled;

static void on_timer(hyp_event_t event)
{
    handled += event == HYP_EVENT_TIMER;
}

static void answer(void)
{
    hyp_event_t ping = hyp_event("ping");
    hyp_event_t pong = hyp_event("pong");

    for (;;) {
        hyp_event_wait(1ull << ping, UINT64_MAX);
        hyp_event_send(pong);
    }
}

static void timer_pending(void)
{
    hyp_timer_set(HYP_CLOCK_MONOTONIC, hyp_time() + 20000, 0);
    hyp_idle_until(hyp_time() + 40000);
}

/* A slot that points out of the caller's half is refused, and the caller goes on. */
static void slots(void)
{
    volatile struct hyp_control *control = (volatile struct hyp_control *)HYP_CONTROL_PAGE;
    const char *reason = "`rip` or `rsp` of the slot is outside the caller's half";
    hyp_frame_t good;

    good.rip = control->frames[0].rip;
    good.rsp = control->frames[0].rsp;
    control->frames[0].rip = 1ull << 47;
    CASE(upcall_return, INVALID_PARAM, reason, case_call(HYP_CALL_UPCALL_RETURN, 0, 0, 0));
    control->frames[0].rip = good.rip;
    control->frames[0].rsp = UINT64_MAX;
    CASE(upcall_return, INVALID_PARAM, reason, case_call(HYP_CALL_UPCALL_RETURN, 0, 0, 0));
    control->frames[0].rsp = good.rsp;
}

void partition_main(void)
{
    uint64_t pong = 1ull << hyp_event("pong");

    if (case_role("answerer"))
        answer();
    CASE(event_send, INVALID_PARAM, "not an event that the caller may send", hyp_event_send(HYP_EVENT_TIMER));
    CASE(event_send, INVALID_PARAM, "not an event that the caller may send", hyp_event_send(hyp_event("pong")));
    CASE(event_send, INVALID_PARAM, "not an event that the caller may send", hyp_event_send(-1));
    hyp_event_send(hyp_event("ping"));
    WORKS(event_send, hyp_event_wait(pong, UINT64_MAX) == (hyp_result_t)pong);

    CASE(event_wait, INVALID_PARAM, "an empty mask, or one with bit 63", hyp_event_wait(0, 0));
    CASE(event_wait, INVALID_PARAM, "an empty mask, or one with bit 63", hyp_event_wait(1ull << 63 | pong, 0));
    hyp_time_t at = hyp_time() + 30000;
    CASE(event_wait, TIMED_OUT, "the instant came first", hyp_event_wait(pong, at));
    CASE(event_wait, TIMED_OUT, "the instant came first", hyp_event_wait(pong, 0));
    WORKS(event_wait, hyp_time() >= at);

    /* Pending while events are off, delivered when they are enabled, once. */
    hyp_on_event(HYP_EVENT_TIMER, on_timer);
    timer_pending();
    WORKS(event_unmask, handled == 0);
    hyp_events_enable();
    WORKS(event_unmask, handled == 1 && case_call(HYP_CALL_EVENT_UNMASK, 0, 0, 0) == HYP_OK && handled == 1);
    timer_pending(); /* enabled: an upcall in the middle, whose return is under test */
    WORKS(upcall_return, handled == 2);
    hyp_events_disable();
    timer_pending();
    WORKS(event_wait, handled == 2 && hyp_event_wait(1ull << HYP_EVENT_TIMER, 0) == 1ll << HYP_EVENT_TIMER);
    hyp_events_enable(); /* what was waited for is taken */
    WORKS(event_wait, handled == 2);
    hyp_events_disable();
    slots();
    case_end();
}
