/* Clients of servers that do as they are asked. */
#include "actor.h"

static volatile uint64_t bells, alarms;

static void on_bell(hyp_event_t event)
{
    (void)event;
    bells++;
}

static void on_timer(hyp_event_t event)
{
    (void)event;
    alarms++;
}

static uint64_t clock(void)
{
    return hyp_time_get(HYP_CLOCK_EXECUTION);
}

/* The server works in the caller's windows: 400 us less the guard, once in 2 ms, on the caller's clocks. */
static void cut_calls(void)
{
    uint64_t before = clock(), at = hyp_time(), idle = ask("server", CLOCK, 0);

    windows(1);
    ask("server", SPIN, hyp_time() + 9 * MS);
    CHECK(hyp_time() - at < 13 * MS);
    CHECK(clock() - before > 1300 * US && clock() - before < 2400 * US);
    EQUAL(ask("server", CLOCK, 0), idle);
    at = hyp_time();
    ask("server", SLEEP, at + 50 * US);
    CHECK(hyp_time() - at >= 50 * US && hyp_time() - at < 70 * US);
    ask("server", SLEEP, at + 5 * MS);
    CHECK(hyp_time() - at >= 5 * MS && hyp_time() - at < 8 * MS);
    windows(1);
    at = hyp_time();
    ask("server", YIELD, 2);
    CHECK(hyp_time() - at >= 4 * MS - US && hyp_time() - at < 4 * MS + 100 * US);
}

/* The caller's events wait for the end of the call. */
static void events(void)
{
    uint64_t rung = bells, rang = alarms;

    ask("server", RING, 0);
    EQUAL(bells, rung + 1);
    windows(1);
    hyp_timer_set(HYP_CLOCK_MONOTONIC, hyp_time() + 40 * US, 0);
    ask("server", SPIN, hyp_time() + 100 * US);
    EQUAL(alarms, rang + 1);
    hyp_timer_set(HYP_CLOCK_MONOTONIC, hyp_time() + 40 * US, 0);
    ask("server", SLEEP, hyp_time() + 100 * US);
    EQUAL(alarms, rang + 2);
    hyp_timer_set(HYP_CLOCK_MONOTONIC, hyp_time() + 1 * MS, 0);
    ask("server", SPIN, hyp_time() + 5 * MS);
    EQUAL(alarms, rang + 3);
    /* The execution clock counts the server's time: 300 us of it are there in the second window at the latest. */
    hyp_timer_set(HYP_CLOCK_EXECUTION, clock() + 300 * US, 0);
    ask("server", SPIN, hyp_time() + 5 * MS);
    EQUAL(alarms, rang + 4);
    CHECK(clock() > 300 * US);
}

static void nested(void)
{
    uint64_t words[6] = {NEXT, COUNT, 7, 33, 44, 55};
    uint64_t before = ask("server", COUNT, 1);

    while (ask_result("middle", CLOCK, 0) < 0)
        ;
    EQUAL(hyp_gate_call(hyp_gate("middle"), words), HYP_OK);
    EQUAL(words[0], before + 1);
    EQUAL(words[1], 8);
    words[0] = NEXT;
    words[1] = SPIN;
    words[2] = hyp_time() + 7 * MS;
    EQUAL(hyp_gate_call(hyp_gate("middle"), words), HYP_OK);
    CHECK(hyp_time() >= words[1]);
    EQUAL(ask("server", COUNT, 1), before + 3);
}

void client_calls(void)
{
    hyp_on_event(hyp_event("bell"), on_bell);
    hyp_on_event(HYP_EVENT_TIMER, on_timer);
    hyp_on_event(HYP_EVENT_TIMER_EXECUTION, on_timer);
    hyp_events_enable();
    EQUAL(ask_result("server", COUNT, 5), HYP_NOT_AVAILABLE);
    EQUAL(ask("server", COUNT, 5), 1);
    EQUAL(ask("server", COUNT, 6), 2);
    cut_calls();
    events();
    nested();
    for (uint64_t n = 0; n < 2000; n++) {
        uint64_t served = ask("server", COUNT, n), again = ask("server", COUNT, n);
        EQUAL(again, served + 1);
        CHECK(ask("storm", COUNT, n) > n);
    }
}

/* Calls as fast as they go, in windows that end anywhere in them. */
void client_storms(void)
{
    uint64_t last = 0;

    wait_ready(0);
    for (uint64_t n = 0; n < 3000; n++) {
        uint64_t served = ask(0, COUNT, n);
        CHECK(served > last);
        if (hyp_gate("second") > 0)
            CHECK(ask_result("second", CLOCK, 0) >= 0);
        last = served;
    }
}

#ifdef __SSE2__
/* The caller's registers are its own, whatever the server does with its own, and none of them is handed over. */
static uint64_t vector_call(const char *gate, uint64_t mine, uint64_t its)
{
    uint64_t words[6] = {VECTOR, its, 0, 0, 0, 0}, after;
    hyp_gate_t number = hyp_gate(gate);
    register uint64_t r10 __asm__("r10") = 0;
    register uint64_t r8 __asm__("r8") = 0;
    register uint64_t r9 __asm__("r9") = 0;
    uint64_t rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | (uint64_t)number << 16 | HYP_CALL_GATE_CALL;

    __asm__ volatile("movq %8, %%xmm5\n\tsyscall\n\tmovq %%xmm5, %7"
                     : "+a"(rax), "+D"(words[0]), "+S"(words[1]), "+d"(words[2]), "+r"(r10), "+r"(r8), "+r"(r9), "=&r"(after)
                     : "r"(mine)
                     : "rcx", "r11", "xmm5", "memory");
    EQUAL(rax, HYP_OK);
    EQUAL(after, mine);
    return words[0];
}

void client_vectors(void)
{
    wait_ready("plain");
    wait_ready("vector");
    EQUAL(vector_call("vector", 0x1111, 0x2222), 0);
    EQUAL(vector_call("plain", 0x3333, 0x4444), 0x4444);
    for (uint64_t n = 0; n < 500; n++) {
        EQUAL(vector_call("vector", n, n + 1), n ? n : 0x2222);
        vector_call("plain", n, n + 7);
        if (n % 16 == 0)
            windows(1);
    }
}
#else
void client_vectors(void)
{
    check(0, "an FPU", __LINE__);
}
#endif

/* The server has windows, in which it takes its events while it waits for requests. */
void client_of_listener(void)
{
    hyp_yield(); /* its start is in a window of its own */
    for (uint64_t n = 0; n < 60; n++) {
        uint64_t heard = ask("listener", SPIN, n % 3 ? 0 : hyp_time() + 300 * US);
        CHECK((int64_t)heard >= 0 && heard <= 60);
        windows(1);
    }
    EQUAL(ask("listener", SPIN, 0), 30);
}

void client_rings(void)
{
    for (uint64_t n = 0; n < 30; n++) {
        hyp_event_send(hyp_event("bell"));
        windows(1);
    }
}
