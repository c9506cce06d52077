/* Events raised at every distance from the window's end; timers that expire at every distance from a call. */
#include "races.h"

#define CONTROL ((volatile struct hyp_control *)HYP_CONTROL_PAGE)
#define TAGGED(number) ((uint64_t)HYP_HYPERCALL_TAG << 32 | (number))

void upcall_entry(void);
extern volatile uint64_t upcalls, upcall_events;

struct count {
    volatile uint64_t begun, done;      /* by the sender: events raised */
};

_Noreturn void events_run(uint64_t sends, uint64_t offsets)
{
    struct count *count = (struct count *)hyp_area("count")->base;
    hyp_event_t event = hyp_event("bell");
    uint64_t handled = 0, broken;
    hyp_yield();
    for (uint64_t n = 0; sends && n < offsets; n++) {
        uint64_t end = window_end();
        wait_until(end - n);
        count->begun++;
        CHECK(call_kept(TAGGED(HYP_CALL_EVENT_SEND), (uint64_t)event, 0, 0, 0, &broken), 0);
        count->done++;
        CHECK(broken, 0);
        races_log->calls++;
        races_log->crossed += window_end() != end;
        hyp_yield();
    }
    while (!sends && handled < offsets) {
        uint64_t done = count->done;
        int came = (__atomic_exchange_n(&CONTROL->pending[0], 0, __ATOMIC_RELAXED) >> event & 1) != 0;
        if (came) {
            CHECK(count->begun > handled, 1);
            races_log->seen++;
            handled = count->begun;
        } else if (done > handled) {
            CHECK(handled, done);               /* lost */
            handled = done;
        }
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

/* In which a timer expires after so many instructions from a fixed place before it. */
static const struct {
    uint32_t call;
    uint64_t arguments[4];
    int64_t result;
} calls[] = {
    {HYP_CALL_NOP, {0}, 0},
    {HYP_CALL_EVENT_UNMASK, {0}, 0},
    {HYP_CALL_EVENT_SEND, {0}, HYP_INVALID_PARAM},
    {HYP_CALL_TIMER_CANCEL, {HYP_CLOCK_EXECUTION}, HYP_NO_ACTION},
    {HYP_CALL_WATCHDOG_KICK, {0}, HYP_INVALID_CONFIG},
    {HYP_CALL_IDLE_UNTIL, {0}, 0},
    {HYP_CALL_EVENT_WAIT, {0}, HYP_INVALID_PARAM},
    {HYP_CALL_TRAP_RETURN, {0}, HYP_NO_ACTION},
    {HYP_CALL_MODE_SET, {99}, HYP_INVALID_PARAM},
    {HYP_CALL_MODULE_STATUS, {8}, HYP_BAD_ADDRESS},
    {HYP_CALL_CONSOLE_WRITE, {8, 300}, HYP_BAD_ADDRESS},
    {0xffff, {0}, HYP_UNKNOWN_HYPERCALL},
};

_Noreturn void upcalls_run(uint64_t offsets)
{
    CONTROL->upcall_handler = (uint64_t)upcall_entry;
    for (uint64_t place = 0; place < sizeof calls / sizeof *calls; place++)
        for (uint64_t n = 0; n < offsets; n++) {
            const uint64_t *arguments = calls[place].arguments;
            uint64_t broken, before = upcalls, at;
            while (window_end() < tsc() + 8000)
                hyp_yield();
            CONTROL->vif = 1;
            at = tsc() + 1200;
            CHECK(hyp_timer_set(HYP_CLOCK_MONOTONIC, at - hyp_info()->time_base + n, 0), 0);
            wait_until(at);
            int64_t result = call_kept(TAGGED(calls[place].call), arguments[0], arguments[1], arguments[2], arguments[3], &broken);
            CHECK(result, calls[place].result);
            CHECK(broken, 0);
            races_log->calls++;
            races_log->crossed += upcalls != before;
            wait_until(tsc() + offsets + 1000);
            CHECK(upcalls, before + 1);
            CHECK(upcall_events, 1u << HYP_EVENT_TIMER);
        }
    races_log->seen = upcalls;
    races_log->done = 1;
    for (;;)
        hyp_yield();
}
