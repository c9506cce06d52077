/* The calls of group `batch`: what one entry of a list may do, and where a batch stops. */
#include <string.h>

#include "../case.h"

#define MANY 100
#define BULK 20000
#define LITTLE 2000u /* ns: less than the copy of a bulk message and MANY calls take, more than one call */

static hyp_call_t calls[MANY];
static char bulk[BULK];

static hyp_call_t *entry(size_t place, uint64_t number, uint64_t first, uint64_t second, uint64_t third, uint64_t fourth)
{
    calls[place] = (hyp_call_t){ .number = number, .arguments = { first, second, third, fourth }, .result = 12345 };
    return &calls[place];
}

/* Spins until less than LITTLE is left of the window. */
static void late(void)
{
    hyp_yield();
    while (hyp_window_left() > LITTLE)
        ;
}

static void entries_check(void)
{
    static const char word[8] = "seven..";
    hyp_port_t small = hyp_port("small"), news = hyp_port("news");
    hyp_schedule_status_t status;
    hyp_time_t before = hyp_time();
    size_t n = 0;

    status.current = 77;
    entry(n++, HYP_CALL_NOP, 0, 0, 0, 0);
    entry(n++, HYP_CALL_TIME_GET, HYP_CLOCK_MONOTONIC, 0, 0, 0);
    entry(n++, HYP_CALL_SAMPLING_WRITE, (uint64_t)news, (uintptr_t)word, sizeof word, 0);
    entry(n++, HYP_CALL_QUEUING_SEND, (uint64_t)small, (uintptr_t)word, sizeof word, 0);
    entry(n++, HYP_CALL_QUEUING_SEND, (uint64_t)small, (uintptr_t)word, sizeof word, 1000000);
    entry(n++, HYP_CALL_QUEUING_SEND, (uint64_t)small, (uintptr_t)word, sizeof word, 1000000); /* full: it does not sleep */
    entry(n++, HYP_CALL_SCHEDULE_STATUS, (uintptr_t)&status, 0, 0, 0);
    entry(n++, HYP_CALL_SCHEDULE_STATUS, NOWHERE, 0, 0, 0);
    entry(n++, HYP_CALL_HEALTH_STATUS, (uintptr_t)&status, 0, 0, 0); /* no grant */
    entry(n++, HYP_CALL_YIELD, 0, 0, 0, 0);
    entry(n++, HYP_CALL_MULTICALL, (uintptr_t)calls, 1, 0, 0);
    entry(n++, 0xffff, 0, 0, 0, 0);
    entry(n++, (1ull << 32) | HYP_CALL_NOP, 0, 0, 0, 0);
    entry(n++, UINT64_MAX, 0, 0, 0, 0);
    WORKS(multicall, hyp_multicall(calls, n) == (hyp_result_t)n);
    WORKS(multicall, calls[0].result == HYP_OK && calls[1].result >= (int64_t)before && calls[1].result <= (int64_t)hyp_time());
    WORKS(multicall, calls[2].result == HYP_OK && calls[3].result == HYP_OK && calls[4].result == HYP_OK);
    WORKS(multicall, calls[5].result == HYP_NOT_AVAILABLE && hyp_time() - before < 1000000);
    WORKS(multicall, calls[6].result == HYP_OK && status.current == 0 && calls[7].result == HYP_BAD_ADDRESS);
    WORKS(multicall, calls[8].result == HYP_NOT_PERMITTED);
    WORKS(multicall, calls[9].result == HYP_INVALID_MODE && calls[10].result == HYP_INVALID_MODE);
    WORKS(multicall, calls[11].result == HYP_UNKNOWN_HYPERCALL && calls[12].result == HYP_UNKNOWN_HYPERCALL &&
                         calls[13].result == HYP_UNKNOWN_HYPERCALL);
}

static void addresses_check(void)
{
    const char *reason = "the list's first call is not wholly writable by the caller";
    const hyp_area_t *heap = hyp_area("heap");
    hyp_call_t *last = (hyp_call_t *)(heap->base + heap->size) - 2;

    CASE(multicall, BAD_ADDRESS, reason, hyp_multicall((hyp_call_t *)NOWHERE, 1));
    CASE(multicall, BAD_ADDRESS, reason, hyp_multicall((hyp_call_t *)HYP_INFO_PAGE, 1));
    CASE(multicall, BAD_ADDRESS, reason, case_call(HYP_CALL_MULTICALL, UINT64_MAX - 63, 1, 0));
    CASE(multicall, BAD_ADDRESS, reason, case_call(HYP_CALL_MULTICALL, 0xffffffff90000000, 1, 0));
    WORKS(multicall, hyp_multicall((hyp_call_t *)NOWHERE, 0) == 0);
    memset(last, 0, 2 * sizeof *last);
    last[0].result = last[1].result = 12345;
    WORKS(multicall, case_call(HYP_CALL_MULTICALL, (uintptr_t)last, 3, 0) == 2 && last[0].result == HYP_OK && last[1].result == HYP_OK);
    WORKS(multicall, case_call(HYP_CALL_MULTICALL, (uintptr_t)last, UINT64_MAX, 0) == 2);
}

static void stops_check(void)
{
    hyp_port_t port = hyp_port("bulk");
    hyp_queuing_status_t status;
    int64_t made;

    for (size_t n = 0; n < MANY; n++)
        entry(n, HYP_CALL_TIME_GET, HYP_CLOCK_MONOTONIC, 0, 0, 0);
    WORKS(multicall, case_call(HYP_CALL_MULTICALL, (uintptr_t)calls, MANY, 0) == HYP_MULTICALL_MAX);
    WORKS(multicall, calls[HYP_MULTICALL_MAX].result == 12345);
    late();
    hyp_time_t window = hyp_info()->window_start;
    int64_t pieces = 0;
    for (made = HYP_MULTICALL_MAX; made == HYP_MULTICALL_MAX; pieces++)
        made = case_call(HYP_CALL_MULTICALL, (uintptr_t)calls, HYP_MULTICALL_MAX, 0);
    WORKS(multicall, made > 0 && made < HYP_MULTICALL_MAX && hyp_info()->window_start > window); /* at the window's end */
    WORKS(multicall, pieces > 0 && (hyp_time_t)calls[made - 1].result < hyp_info()->window_start);

    /* The bulk message is cut: what came before it was made, and the library sees to the rest. */
    late();
    entry(0, HYP_CALL_NOP, 0, 0, 0, 0);
    entry(1, HYP_CALL_QUEUING_SEND, (uint64_t)port, (uintptr_t)bulk, BULK, 0);
    made = case_call(HYP_CALL_MULTICALL, (uintptr_t)calls, 2, 0);
    WORKS(multicall, made == 1 && calls[0].result == HYP_OK && calls[1].result == 12345);
    WORKS(multicall, hyp_queuing_status(port, &status) == HYP_OK && status.count == 0);
    late();
    entry(2, HYP_CALL_NOP, 0, 0, 0, 0);
    WORKS(multicall, hyp_multicall(calls, 3) == 3 && calls[1].result == HYP_OK && calls[2].result == HYP_OK);
    WORKS(multicall, hyp_queuing_status(port, &status) == HYP_OK && status.count == 1);
}

/* A batch that raises an event of its own caller ends before the upcall begins. */
static volatile int upcalls;

static void on_room(hyp_event_t event)
{
    (void)event;
    upcalls++;
}

static void reader(void)
{
    static char word[64];
    hyp_port_t small = hyp_port("small"), in = hyp_port("bulk");
    int messages = 0;

    hyp_on_event(hyp_port_event(in), on_room);
    hyp_events_enable();
    while (hyp_queuing_receive(in, bulk, BULK, 0) <= 0)
        hyp_yield();
    for (size_t n = 0; n < 3; n++)
        entry(n, HYP_CALL_QUEUING_RECEIVE, (uint64_t)small, (uintptr_t)word, sizeof word, 1000000000);
    WORKS(multicall, hyp_multicall(calls, 3) == 3);
    for (size_t n = 0; n < 2; n++)
        messages += calls[n].result == 8;
    WORKS(multicall, messages == 2 && calls[2].result == HYP_NOT_AVAILABLE && strcmp(word, "seven..") == 0);
    for (size_t byte = 0; byte < BULK; byte++)
        case_failures += bulk[byte] != (char)byte;
    WORKS(multicall, case_failures == 0 && upcalls == 1);
    case_end();
}

void partition_main(void)
{
    if (case_role("reads")) {
        reader();
        return;
    }
    for (size_t n = 0; n < BULK; n++)
        bulk[n] = (char)n;
    entries_check();
    addresses_check();
    stops_check();
    case_end();
}
