/* Batches: lists of random calls where the whole list may be written, and lists that end where nothing is mapped. */
#include "record.h"

#define CALLS 3u                /* in a list: what record_begin has left of the window is enough for them */
#define BUFFER 64u

static char buffers[CALLS][BUFFER] __attribute__((aligned(64)));
static uint64_t sequence;

static int is_send(uint64_t number)
{
    return number == HYP_CALL_SAMPLING_WRITE || number == HYP_CALL_QUEUING_SEND;
}

static int is_port_call(uint64_t number)
{
    return is_send(number) || number == HYP_CALL_SAMPLING_READ || number == HYP_CALL_QUEUING_RECEIVE;
}

/* An address without meaning, or one where nothing else of this batch lies. */
static uint64_t buffer(uint64_t place)
{
    return one_in(4) ? 0x20000000 + below(64) : (uint64_t)buffers[place];
}

static void entry_fill(hyp_call_t *call, uint64_t place, uint64_t numbers)
{
    uint64_t number = one_in(8) ? small(numbers) : below(numbers);
    *call = (hyp_call_t){ .number = number, .arguments = { small(6), buffer(place), below(66), 0, random_word(), random_word() } };
    switch (number) {
    case HYP_CALL_SAMPLING_WRITE:
    case HYP_CALL_QUEUING_SEND:
        *(uint64_t *)buffers[place] = ++sequence << 8 | 3;
        call->arguments[3] = one_in(2) ? 0 : random_word();
        break;
    case HYP_CALL_QUEUING_RECEIVE:
        call->arguments[3] = one_in(2) ? 0 : random_word();
        break;
    case HYP_CALL_CONSOLE_WRITE:
    case HYP_CALL_SCHEDULE_STATUS:
    case HYP_CALL_HEALTH_STATUS:
    case HYP_CALL_MODULE_STATUS:
        call->arguments[0] = buffer(place);
        call->arguments[1] = below(8);
        break;
    case HYP_CALL_HEALTH_READ:
    case HYP_CALL_TRACE_READ:
        call->arguments[0] = 0x20000000;        /* a record is larger than the buffers */
        call->arguments[1] = below(8);
        break;
    case HYP_CALL_EVENT_SEND:
        call->arguments[0] = HYP_EVENT_FIRST + below(12);
        break;
    default:
        break;
    }
}

/* The call as it would have been made alone: without a time-out, as nothing in a batch waits. */
static void entry_record(const hyp_call_t *call, uint64_t place)
{
    uint64_t arguments[4] = { call->arguments[0], call->arguments[1], call->arguments[2], call->arguments[3] };
    uint64_t number = call->number, rax = number >> 32 ? ENTRY(UINT32_MAX) : ENTRY(number), watched = 0;
    if (number == HYP_CALL_QUEUING_SEND || number == HYP_CALL_QUEUING_RECEIVE)
        arguments[3] = 0;
    if (is_port_call(number) && arguments[1] == (uint64_t)buffers[place])
        watched = *(const volatile uint64_t *)buffers[place];
    record_also(rax, arguments, call->result, watched);
}

void batch_call(uint64_t numbers)
{
    uint64_t count = 1 + below(CALLS), at = LISTS + 64 * below(32);
    if (one_in(4))
        at = address(64 * count) | 1ull << 40;                      /* nobody's */
    else if (one_in(2))
        at = LISTS + LISTS_SIZE - below(64 * count + 9);            /* about the end */
    else if (one_in(8))
        at = LISTS - below(64);
    uint64_t whole = at >= LISTS && at < LISTS + LISTS_SIZE ? (LISTS + LISTS_SIZE - at) / 64 : 0;
    whole = whole < count ? whole : count;
    hyp_call_t *list = (hyp_call_t *)at;
    for (uint64_t n = 0; n < whole; n++)
        entry_fill(&list[n], n, numbers);
    if (whole < count && one_in(2))
        count = UINT64_MAX - below(3);                              /* more than can be: it stops where the page does */
    if (journal->limit - journal->count < CALLS + 1)
        return;
    int64_t made = make(HYP_CALL_MULTICALL, at, count, 0, 0, NULL);
    for (int64_t n = 0; n < made && n < CALLS; n++)
        entry_record(&list[n], (uint64_t)n);
}
