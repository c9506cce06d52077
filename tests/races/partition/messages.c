/* A message in each window, whose call begins so many instructions before the window's end. */
#include "races.h"

#define WORDS_MAX 2500u
#define UNPUBLISHED 0xdeadu
#define STEP 37u                /* the reader's offsets come in another order than the writer's */

static uint64_t message[WORDS_MAX];

static uint64_t word_at(uint64_t number, uint64_t place)
{
    return number * 0x10001 + place * 3;
}

static void make(uint64_t number, uint64_t words)
{
    for (uint64_t n = 0; n < words; n++)
        message[n] = word_at(number, n);
}

static uint64_t check(int64_t length, uint64_t words)
{
    uint64_t number = message[0] / 0x10001;
    CHECK(length, words * 8);
    for (uint64_t n = 0; n < words; n++)
        CHECK(message[n], word_at(number, n));
    return number;
}

static int64_t at_offset(uint64_t offset, uint32_t call, uint64_t port, uint64_t length, uint64_t fourth)
{
    uint64_t end = window_end(), broken;
    wait_until(end - offset);
    int64_t result = call_kept((uint64_t)HYP_HYPERCALL_TAG << 32 | call, port, (uint64_t)message, length, fourth, &broken);
    CHECK(broken, 0);
    races_log->calls++;
    races_log->crossed += window_end() != end;
    return result;
}

static _Noreturn void send_run(uint64_t queuing, uint64_t words, uint64_t offsets)
{
    uint64_t port = (uint64_t)hyp_port("out");
    uint32_t call = queuing ? HYP_CALL_QUEUING_SEND : HYP_CALL_SAMPLING_WRITE;
    for (uint64_t n = 0; n < offsets; n++) {
        make(n + 1, words);
        CHECK(at_offset(n, call, port, words * 8, UINT64_MAX), 0);
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

static _Noreturn void receive_run(uint64_t queuing, uint64_t words, uint64_t offsets)
{
    struct hyp_sampling_status status;
    uint64_t port = (uint64_t)hyp_port("in"), last = 0;
    uint32_t call = queuing ? HYP_CALL_QUEUING_RECEIVE : HYP_CALL_SAMPLING_READ;
    for (uint64_t n = 0; last < offsets; n++) {
        for (uint64_t place = 0; place < words; place++)
            message[place] = 0;
        int64_t length = at_offset(n * STEP % offsets, call, port, sizeof message, queuing ? UINT64_MAX : (uint64_t)&status);
        if (!queuing && length == HYP_NO_ACTION) {
            hyp_yield();
            continue;
        }
        uint64_t number = check(length, words);
        races_log->seen += number != last;
        if (queuing) {
            CHECK(number, last + 1);
        } else {
            CHECK(number >= last, 1);
            CHECK(status.fresh, number != last);
            CHECK(status.overwritten + races_log->seen, number);
        }
        last = number;
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

_Noreturn void messages_run(uint64_t sends, uint64_t queuing, uint64_t words, uint64_t offsets)
{
    hyp_yield();                /* the first window began with the start */
    if (sends)
        send_run(queuing, words, offsets);
    receive_run(queuing, words, offsets);
}

/*
 * Lives that end inside a cut call: each publishes its own message, then begins another that nobody is to see. If its
 * progress were kept, the next life's message would lack its first chunks.
 */
_Noreturn void lives_run(uint64_t words, uint64_t offsets)
{
    uint64_t port = (uint64_t)hyp_port("out"), life = hyp_info()->warm_starts + 1, broken;
    if (life <= offsets) {
        make(life, words);
        CHECK(call_kept((uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_SAMPLING_WRITE, port, (uint64_t)message, words * 8, 0, &broken), 0);
        CHECK(broken, 0);
        make(UNPUBLISHED, words);
        races_log->seen++;
        /* The window ends after the first chunk and before the last, which would be published. */
        at_offset(words / 8 + life * STEP % (words / 2), HYP_CALL_SAMPLING_WRITE, port, words * 8, 0);
        CHECK(life, 0);         /* it was to be ended inside */
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

/* The keeper of the above: restarts it in each frame until it says that it is done, and reads what it wrote. */
_Noreturn void killer_run(uint64_t words, uint64_t offsets)
{
    uint64_t port = (uint64_t)hyp_port("in"), last = 0;
    hyp_partition_t writer = hyp_partition("writer");
    while (last < offsets) {
        int64_t length = hyp_sampling_read((hyp_port_t)port, message, sizeof message, NULL);
        if (length != HYP_NO_ACTION) {
            CHECK(check(length, words), last + 1);
            last++;
            races_log->seen++;
            CHECK(hyp_partition_control(writer, HYP_CONTROL_WARM_RESTART), 0);
        }
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}
