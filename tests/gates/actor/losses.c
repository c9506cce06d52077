/* Clients and servers that are lost, and those who are left. */
#include <string.h>

#include "actor.h"

#define OPERATION(who, operation) hyp_partition_control(hyp_partition(who), HYP_CONTROL_##operation)

/* Lost at once: the error comes in the same window. */
static void lost(const char *gate, enum request request, uint64_t second)
{
    uint64_t at = hyp_time();

    EQUAL(ask_result(gate, request, second), HYP_NOT_AVAILABLE);
    CHECK(hyp_time() - at < 50 * US);
}

/* Back in its first request, after as many windows as its restart takes. */
static void back(const char *gate)
{
    EQUAL(ask_result(gate, COUNT, 0), HYP_NOT_AVAILABLE);
    EQUAL(ask_result(gate, COUNT, 0), 1);
}

void client_faults(void)
{
    static const char *const gates[] = {"halts", "warm", "cold", "suspends", "middle"};

    for (uint32_t n = 0; n < 5; n++) {
        wait_ready(gates[n]);
        windows(1);
    }
    lost("halts", FAULT, 0);
    lost("halts", COUNT, 0);
    lost("suspends", FAULT, 0);
    lost("suspends", COUNT, 0);
    lost("cold", FAULT, 0);
    back("cold");
    lost("warm", FAULT, 0);
    windows(1);
    EQUAL(ask_result("warm", COUNT, 0), HYP_NOT_AVAILABLE);
    EQUAL(ask_result("warm", COUNT, 0), 3);             /* its memory is kept: with wait_ready's and the lost one */
    lost("warm", CONTROL_SELF, HYP_CONTROL_COLD_RESTART);
    back("warm");
    lost("warm", CONTROL_SELF, HYP_CONTROL_SUSPEND);
    lost("warm", COUNT, 0);
    uint64_t words[6] = {NEXT, FAULT, 0, 0, 0, 0};
    EQUAL(hyp_gate_call(hyp_gate("middle"), words), HYP_OK);
    EQUAL(words[0], HYP_NOT_AVAILABLE);                 /* what the server in the middle got */
    wait_ready("cold");
    lost("cold", CONTROL_SELF, HYP_CONTROL_HALT);
    lost("cold", COUNT, 0);
}

/* Calls a server that works too long, and is suspended, halted or restarted meanwhile. A second life has nothing to do. */
void client_dies(void)
{
    if (hyp_info()->cold_starts + hyp_info()->warm_starts == 1) {
        wait_ready(0);
        windows(1);
        EQUAL(ask_result(0, SPIN, 30 * MS), HYP_NOT_AVAILABLE);
        EQUAL(hyp_info()->cold_starts, 1);
        CHECK(strcmp(hyp_info()->name, "suspended") == 0);
    }
}

void client_controls(void)
{
    while (hyp_time() < 12 * MS)
        hyp_yield();
    EQUAL(OPERATION("suspended", SUSPEND), HYP_OK);
    EQUAL(OPERATION("halted", HALT), HYP_OK);
    EQUAL(OPERATION("warm", WARM_RESTART), HYP_OK);
    EQUAL(OPERATION("cold", COLD_RESTART), HYP_OK);
    EQUAL(OPERATION("server_5", COLD_RESTART), HYP_OK);
    while (hyp_time() < 20 * MS)
        hyp_yield();
    EQUAL(OPERATION("server_5", SUSPEND), HYP_OK);
    while (hyp_time() < 30 * MS)
        hyp_yield();
    EQUAL(OPERATION("server_5", RESUME), HYP_OK);
    while (hyp_time() < 50 * MS)
        hyp_yield();
    EQUAL(OPERATION("server_5", HALT), HYP_OK);
    while (hyp_time() < 60 * MS)
        hyp_yield();
    EQUAL(OPERATION("suspended", RESUME), HYP_OK);
}

static void lost_between(uint64_t least, uint64_t most)
{
    EQUAL(ask_result(0, SPIN, most + 20 * MS), HYP_NOT_AVAILABLE);
    CHECK(hyp_time() >= least && hyp_time() < most);
}

/* Its server is restarted, suspended and halted by another while it serves. */
void client_loses(void)
{
    wait_ready(0);
    windows(1);
    lost_between(12 * MS, 16 * MS);
    EQUAL(ask_result(0, COUNT, 0), HYP_NOT_AVAILABLE);
    EQUAL(ask_result(0, COUNT, 0), 1);
    lost_between(20 * MS, 24 * MS);
    EQUAL(ask_result(0, COUNT, 0), HYP_NOT_AVAILABLE);
    while (hyp_time() < 32 * MS)
        hyp_yield();
    EQUAL(ask_result(0, COUNT, 0), 3);                  /* resumed: it finishes the request that nobody waits for */
    CHECK(hyp_time() >= 44 * MS);
    lost_between(50 * MS, 54 * MS);
    EQUAL(ask_result(0, COUNT, 0), HYP_NOT_AVAILABLE);
}

/* Lends its window to the four servers whose callers are lost, until they have finished with the old requests. */
void client_inherits(void)
{
    static const char *const gates[] = {"of_suspended", "of_halted", "of_warm", "of_cold"};

    while (hyp_time() < 20 * MS)
        hyp_yield();
    for (uint32_t n = 0; n < 4; n++) {
        /* Its start, the lost request, this one. */
        EQUAL(ask(gates[n], COUNT, n), 3);
        CHECK(hyp_time() >= 30 * MS);
        EQUAL(ask(gates[n], COUNT, n), 4);
    }
}

void client_keeps_busy(void)
{
    static const char *const gates[] = {"help", "wait", "refuse"};

    for (uint32_t n = 0; n < 3; n++) {
        wait_ready(gates[n]);
        ask(gates[n], SPIN, (20 + 20 * n) * MS);
    }
}

void client_helps(void)
{
    while (hyp_time() < 10 * MS)
        hyp_yield();
    uint64_t at = hyp_time();
    EQUAL(ask("help", COUNT, 0), 3);
    CHECK(hyp_time() - at > 5 * MS && hyp_time() < 24 * MS);
}

void client_waits(void)
{
    while (hyp_time() < 30 * MS)
        hyp_yield();
    EQUAL(ask("wait", COUNT, 0), 3);
    CHECK(hyp_time() > 40 * MS && hyp_time() < 46 * MS);
}

void client_refused(void)
{
    while (hyp_time() < 50 * MS)
        hyp_yield();
    EQUAL(ask_result("refuse", COUNT, 0), HYP_NOT_AVAILABLE);
    while (hyp_time() < 64 * MS)
        hyp_yield();
    EQUAL(ask("refuse", COUNT, 0), 3);
}

/* The server does not come back before 80 ms. The watchdog is the caller's, so the caller it is that is restarted. */
void client_stuck(void)
{
    if (hyp_info()->warm_starts == 0) {
        wait_ready("server");
        hyp_mode_set(HYP_MODE_NORMAL);
        ask("server", SPIN, 80 * MS);
        CHECK(0);
    }
    EQUAL(hyp_info()->start_cause, HYP_START_HEALTH);
    EQUAL(hyp_info()->warm_starts, 1);
    while (hyp_time() < 70 * MS)
        hyp_yield();
    EQUAL(ask("server", COUNT, 0), 3);                  /* which first had to be helped to an end */
    CHECK(hyp_time() >= 80 * MS);
}
