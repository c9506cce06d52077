/*
 * Calls through a gate at each distance from the window's end, and behind that window something that ends one of its sides, all of the
 * module, or changes the schedule. Requests have numbers; what is known of them is in an area that restarts leave alone.
 */
#include "breaks.h"

#define TAGGED(number) ((uint64_t)HYP_HYPERCALL_TAG << 32 | (number))
#define CHECKED 97u             /* what is asked before the sweep, to see that the server is up */

static struct breaks *breaks(void)
{
    return (struct breaks *)hyp_area("notes")->base;
}

static int64_t ask(uint64_t number, uint64_t *broken)
{
    return call_kept(TAGGED(HYP_CALL_GATE_CALL), number, ~number, number * 3, number + 7, broken);
}

/* A server without windows comes up in the first call; one that was suspended is there when it is resumed. */
static void server_up(void)
{
    uint64_t broken;
    int64_t result;
    while ((result = ask(0, &broken)) != HYP_OK) {
        CHECK(result, HYP_NOT_AVAILABLE);
        CHECK(broken, 0);
        if (window_end() - tsc() < 20000)
            hyp_yield();
    }
}

_Noreturn void caller_run(uint64_t offsets, uint64_t count)
{
    struct breaks *notes = breaks();
    uint64_t broken;
    while (notes->begun < count) {
        server_up();
        hyp_yield();
        uint64_t mine = notes->begun + 1, end = window_end();
        CHECK(notes->served < mine, 1);
        wait_until(end - mine % offsets);
        notes->begun = mine;
        int64_t result = ask(mine, &broken);
        int served = notes->served == mine;
        notes->ended = mine;
        CHECK(broken, 0);               /* with an error too, the words are as they were */
        CHECK(result == HYP_OK ? served : result == HYP_NOT_AVAILABLE, 1);
        CHECK(result == HYP_OK || notes->may_fail == mine, 1);
        races_log->calls++;
        races_log->crossed += window_end() != end;
        races_log->seen += result != HYP_OK;
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

static void serve(int caller, uint64_t words[6])
{
    struct breaks *notes = breaks();
    uint64_t number = words[0];
    CHECK(caller, 0);
    CHECK(words[1], ~number);
    CHECK(words[2], number * 3);
    CHECK(words[3], number + 7);
    if (number == 0)
        return;
    CHECK(number, notes->begun);        /* none that has been given up */
    CHECK(number > notes->served, 1);   /* none twice */
    notes->served = number;
    races_log->seen++;
}

_Noreturn void server_run(void)
{
    races_log->done = 1;
    hyp_gate_serve(serve);
    for (;;)
        hyp_yield();
}

static void act(uint64_t turn)
{
    hyp_partition_t client = hyp_partition("client"), server = hyp_partition("server");
    switch (turn) {
    case 0:
    case 1:
        CHECK(hyp_partition_control(server, turn ? HYP_CONTROL_COLD_RESTART : HYP_CONTROL_WARM_RESTART), 0);
        break;
    case 2:
    case 3:
        CHECK(hyp_partition_control(client, turn & 1 ? HYP_CONTROL_COLD_RESTART : HYP_CONTROL_WARM_RESTART), 0);
        break;
    case 4:
        CHECK(hyp_partition_control(server, HYP_CONTROL_SUSPEND), 0);
        break;
    case 5:
        CHECK(hyp_partition_control(server, HYP_CONTROL_HALT), 0);
        break;
    case 6:
        hyp_module_control(HYP_MODULE_WARM_RESTART);
        break;
    case 7:
        hyp_module_control(HYP_MODULE_COLD_RESTART);
        break;
    default: {
        hyp_schedule_status_t status;
        hyp_schedule_status(&status);
        CHECK(hyp_schedule_switch(status.current ? "normal" : "other"), 0);
        break;
    }
    }
}

_Noreturn void breaker_run(uint64_t offsets, uint64_t count)
{
    struct breaks *notes = breaks();
    while (notes->acted < count) {
        uint64_t number = notes->begun, turn = (number + number / offsets) % TURNS;
        hyp_partition_status_t status;
        CHECK(hyp_partition_status(hyp_partition("server"), &status), 0);
        if (status.status == HYP_STATUS_SUSPENDED)
            CHECK(hyp_partition_control(hyp_partition("server"), HYP_CONTROL_RESUME), 0);
        if (status.status == HYP_STATUS_HALTED)
            CHECK(hyp_partition_control(hyp_partition("server"), HYP_CONTROL_WARM_RESTART), 0);
        if (number != notes->acted) {
            notes->acted = number;
            notes->turns[turn]++;
            notes->inside[turn] += notes->ended != number;
            if (turn < 2 || turn == 4 || turn == 5)
                notes->may_fail = number;
            act(turn);           /* of a restart of the module this is the end */
        }
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}
