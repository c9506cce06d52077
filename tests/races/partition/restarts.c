/*
 * A call at each distance from the window's end, and behind that window a restart: of whose call it is, or of who is at the channel's
 * other end. What is known of the calls is in areas that restarts leave alone. Each call has a number and is tried once; its message has
 * it in all of its words.
 */
#include "restarts.h"

#define WORDS_MAX 2500u

static uint64_t message[WORDS_MAX];

static uint64_t word_at(uint64_t number, uint64_t place)
{
    return number * 0x10001 + place * 5;
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

static int64_t call(uint32_t number, const char *port, uint64_t length, uint64_t fourth)
{
    uint64_t broken, rax = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;
    int64_t result = call_kept(rax, (uint64_t)hyp_port(port), (uint64_t)message, length, fourth, &broken);
    CHECK(broken, 0);
    return result;
}

static int64_t call_of_sweep(struct notes *notes, uint32_t number, const char *port, uint64_t length, uint64_t fourth, uint64_t offsets)
{
    uint64_t mine = notes->begun, end = window_end();
    wait_until(end - mine % offsets);
    notes->begun = mine + 1;
    int64_t result = call(number, port, length, fourth);
    notes->ended = mine + 1;
    races_log->calls++;
    races_log->crossed += window_end() != end;
    return result;
}

/* ---- Whose calls are cut. */

/* A whole transfer the other way: if the progress of a call that the life before left were kept, it would lack its first chunks. */
static void back(uint64_t sends, uint64_t words)
{
    if (sends) {
        message[0] = 0;
        if (hyp_sampling_read(hyp_port("back"), message, sizeof message, NULL) != HYP_NO_ACTION)
            check((int64_t)words * 8, words);
    } else {
        make(1, words);
        CHECK(call(HYP_CALL_SAMPLING_WRITE, "back", words * 8, 0), 0);
    }
}

static _Noreturn void senders_life(struct notes *notes, const struct sweep *sweep)
{
    uint32_t number = sweep->queuing ? HYP_CALL_QUEUING_SEND : HYP_CALL_SAMPLING_WRITE;
    while (notes->begun < sweep->count) {
        make(notes->begun + 1, sweep->words);
        CHECK(call_of_sweep(notes, number, "line", sweep->words * 8, UINT64_MAX, sweep->offsets), 0);
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

/* `before`: the last number that was sent before this life began, and so is not to come, or not as a fresh one. */
static _Noreturn void receivers_life(struct notes *notes, const struct sweep *sweep, uint64_t before)
{
    struct hyp_sampling_status status;
    uint32_t number = sweep->queuing ? HYP_CALL_QUEUING_RECEIVE : HYP_CALL_SAMPLING_READ;
    while (notes->begun < sweep->count) {
        uint64_t sent = notes->sent;
        for (uint64_t n = 0; n < sweep->words; n++)
            message[n] = 0;
        int64_t length = call_of_sweep(notes, number, "line", sizeof message, sweep->queuing ? UINT64_MAX : (uint64_t)&status, sweep->offsets);
        if (sweep->queuing || length != HYP_NO_ACTION) {
            uint64_t came = check(length, sweep->words);
            if (sweep->queuing) {
                CHECK(came, before + 1);
            } else {
                CHECK(came == sent || came == notes->sent, 1);
                CHECK(status.fresh, came != before);
            }
            before = came;
            races_log->seen++;
        }
        hyp_yield();
    }
    races_log->done = 1;
    for (;;)
        hyp_yield();
}

/* What a life finds as it begins: nothing waits, nothing is fresh. */
static void begin(const struct sweep *sweep)
{
    struct hyp_queuing_status queue;
    struct hyp_sampling_status newest;
    if (sweep->queuing) {
        CHECK(hyp_queuing_status(hyp_port("line"), &queue), 0);
        hyp_time_t start = hyp_time();
        if (!sweep->sends) {            /* and a wait is its own, not the rest of one of the life before */
            CHECK(queue.count, 0);
            CHECK(hyp_queuing_receive(hyp_port("line"), message, sizeof message, 2000), HYP_TIMED_OUT);
            CHECK(hyp_time() - start < 5000, 1);
        }
    } else if (!sweep->sends && hyp_sampling_status(hyp_port("line"), &newest) != HYP_NO_ACTION) {
        CHECK(newest.fresh, 0);
        CHECK(newest.overwritten, 0);
    }
}

_Noreturn void cut_run(const struct sweep *sweep)
{
    struct notes *notes = (struct notes *)hyp_area("notes")->base;
    uint64_t before = notes->sent;
    begin(sweep);
    back(sweep->sends, sweep->words);
    CHECK(notes->sent, before);         /* all of it was in one window */
    hyp_yield();
    if (sweep->sends)
        senders_life(notes, sweep);
    receivers_life(notes, sweep, before);
}

/* ---- The other end, which also restarts. */

static void take(struct notes *notes, uint64_t number)
{
    CHECK(number > notes->received, 1);         /* never twice, never an old one */
    CHECK(number <= notes->begun, 1);
    notes->received = number;
    races_log->seen++;
}

static void read_all(struct notes *notes, const struct sweep *sweep)
{
    uint64_t begun = notes->begun, ended = notes->ended;
    int64_t length;
    if (sweep->queuing) {
        while ((length = hyp_queuing_receive(hyp_port("line"), message, sizeof message, 0)) != HYP_NOT_AVAILABLE)
            take(notes, check(length, sweep->words));
    } else if ((length = hyp_sampling_read(hyp_port("line"), message, sizeof message, NULL)) != HYP_NO_ACTION) {
        uint64_t number = check(length, sweep->words);
        if (number != notes->received)
            take(notes, number);
    }
    if (ended == begun && notes->received != ended) {
        CHECK(ended <= notes->forgiven, 1);     /* lost */
        notes->lost++;
    }
}

static void write_one(struct notes *notes, const struct sweep *sweep)
{
    make(notes->sent + 1, sweep->words);
    if (sweep->queuing) {
        if (hyp_queuing_send(hyp_port("line"), message, sweep->words * 8, 0) == 0)
            notes->sent++;
    } else {
        CHECK(hyp_sampling_write(hyp_port("line"), message, sweep->words * 8), 0);
        notes->sent++;
    }
    if (hyp_sampling_read(hyp_port("back"), message, sizeof message, NULL) != HYP_NO_ACTION)
        check((int64_t)sweep->words * 8, sweep->words);
}

static void restart(struct notes *notes, const struct sweep *sweep)
{
    static const int kinds[] = {HYP_CONTROL_WARM_RESTART, HYP_CONTROL_COLD_RESTART};
    uint64_t number = notes->begun, turn = number + number / sweep->offsets;
    if (number == notes->acted)
        return;
    notes->acted = number;
    notes->inside += notes->ended != number;
    notes->restarts[turn % 4]++;
    hyp_partition_t target = turn & 2 ? (hyp_partition_t)hyp_info()->partition : hyp_partition("cut");
    CHECK(hyp_partition_control(target, kinds[turn & 1]), 0);
}

_Noreturn void other_run(const struct sweep *sweep)
{
    struct notes *notes = (struct notes *)hyp_area("notes")->base;
    /* Its own queue has been cleared, and what was published last may not be known as such yet. */
    notes->forgiven = notes->begun;
    if (sweep->sends) {
        make(1, sweep->words);
        CHECK(hyp_sampling_write(hyp_port("back"), message, sweep->words * 8), 0);
    }
    while (notes->acted < sweep->count) {
        int pauses = notes->frames++ % 16 > 11;         /* queues become full or empty, and calls sleep */
        if (!(sweep->queuing && pauses)) {
            if (sweep->sends)
                read_all(notes, sweep);
            else
                write_one(notes, sweep);
        }
        restart(notes, sweep);
        hyp_yield();
    }
    races_log->done = 1;
    for (;;) {
        if (!sweep->sends)
            write_one(notes, sweep);
        hyp_yield();
    }
}
