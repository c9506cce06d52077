/* All calls with arguments of every kind, good ones often enough that all that lies behind them is reached too. */
#include "record.h"

#define CONTROL ((volatile struct hyp_control *)HYP_CONTROL_PAGE)
#define LIMIT_NS (1ull << 60)

static uint64_t sequence;

uint64_t address(uint64_t size)
{
    static const uint64_t fixed[] = {
        0, 8, 0xffff, HYP_INFO_PAGE, HYP_INFO_PAGE + 4090, HYP_LINK_BASE, HYP_LINK_BASE + 64, 0x20000000, 0x20000ff8, 0x40000000,
        0x7fffffffe000, 0x7fffffffefff, 0x7ffffffff000, 0x7fffffffffff, 0x800000000000, 0xffff800000000000, 0xffff7fffffffffff,
        0xffffffff80100000, 0xffffffff90000000, 0xffffffff98000000, 0xffffffffb0000000, 0xffffffffc0000000, 0xfffffffffffff000,
        UINT64_MAX, UINT64_MAX - 7, 0x8000000000000000,
    };
    switch (below(12)) {
    case 0:
        return fixed[below(sizeof fixed / sizeof *fixed)];
    case 1:
        return PLAYGROUND + PLAYGROUND_SIZE - below(size + 9);         /* about its end */
    case 2:
        return PLAYGROUND + below(PLAYGROUND_SIZE);
    case 3:
        return one_in(8) ? random_word() : PLAYGROUND - below(size + 9);
    case 4:
        return PLAYGROUND + 4096 - below(size + 1);                     /* across a page */
    default:
        return PLAYGROUND + 8 * below(512);
    }
}

uint64_t length(uint64_t usual)
{
    static const uint64_t fixed[] = {
        0, 1, 7, 8, 9, 47, 48, 49, 63, 64, 65, 120, 121, 511, 512, 513, 4095, 4096, 4097, 8999, 9000, 9001,
        0x7fffffffffff, 0x800000000000, 0x7fffffffffffffff, 0x8000000000000000, UINT64_MAX, UINT64_MAX - 4095, 1ull << 32, 0x100000040,
    };
    if (one_in(3))
        return fixed[below(sizeof fixed / sizeof *fixed)];
    return one_in(8) ? random_word() : below(usual + 2);
}

uint64_t small(uint64_t count)
{
    switch (below(16)) {
    case 0:
        return random_word();
    case 1:
        return (1ull << 32) + below(count);
    case 2:
        return UINT64_MAX - below(3);
    case 3:
        return count + below(4);
    default:
        return below(count);
    }
}

static uint64_t instant(void)
{
    static const uint64_t fixed[] = {0, 1, LIMIT_NS, LIMIT_NS + 1, 1ull << 62, 1ull << 63, UINT64_MAX, UINT64_MAX - 1};
    return one_in(6) ? fixed[below(8)] : (uint64_t)hyp_time() - 200000 + below(500000);
}

static uint64_t timeout(void)
{
    static const uint64_t fixed[] = {1, LIMIT_NS - 1, LIMIT_NS, UINT64_MAX, 1ull << 63};
    if (one_in(40))
        return fixed[below(5)];
    return one_in(6) ? below(600000) : 0;
}

static int inside(uint64_t at, uint64_t bytes)
{
    return at >= PLAYGROUND && at <= PLAYGROUND + PLAYGROUND_SIZE - bytes;
}

static void port_call(uint32_t which)
{
    uint64_t bytes = one_in(3) ? 9000 : one_in(2) ? 64 : 48, port = small(6), at = address(bytes), size = length(bytes);
    uint64_t *word = inside(at, 8) ? (uint64_t *)at : NULL;
    int sends = which == HYP_CALL_SAMPLING_WRITE || which == HYP_CALL_QUEUING_SEND;
    if (sends && word)
        *word = ++sequence << 8 | 1;
    uint64_t status = one_in(2) ? 0 : address(40);
    if (which == HYP_CALL_SAMPLING_READ && status - at + sizeof(struct hyp_sampling_status) < 8 + sizeof(struct hyp_sampling_status))
        word = NULL;                                    /* the status lies over the message's first word */
    make(which, port, at, size, which == HYP_CALL_SAMPLING_READ ? status : timeout(), word);
}

static void status_call(uint32_t which, int first)
{
    uint64_t at = address(40), *word = inside(at, 8) ? (uint64_t *)at : NULL;
    if (first)
        make(which, at, random_word(), random_word(), 0, word);
    else
        make(which, small(6), at, random_word(), 0, word);
}

static void events_enable(void)
{
    const uint64_t arguments[4] = {below(2), one_in(2) ? 0 : random_word(), 0, 0};
    struct record *record = record_begin(DID_ENABLE, arguments);
    CONTROL->upcall_handler = (uint64_t)upcall_entry;
    CONTROL->mask[0] = arguments[1];
    CONTROL->vif = (uint32_t)arguments[0];
    record_end(record, 0);
}

static void return_without_upcall(void)
{
    static const uint64_t bad[] = {0x7ffffffff000, 0x800000000000, 0xffffffff80100000, UINT64_MAX, 0xffff800000000000};
    uint64_t at = bad[below(5)], which = below(3);
    CONTROL->vif = 0;
    struct record *record = record_begin(TAGGED(HYP_CALL_UPCALL_RETURN), (const uint64_t[4]){which, at, 0, 0});
    record_end(record, slot_return(which == 1 ? at : 0, which == 2 ? at : 0));
}

static void any_number(uint64_t numbers)
{
    uint64_t rax = random_word() >> below(64);
    if (one_in(2))
        rax = TAGGED(numbers + below(0x20000));
    if (rax >> 32 == HYP_HYPERCALL_TAG && (uint32_t)rax < numbers)
        return;
    make_raw(rax, (const uint64_t[4]){random_word(), address(8), length(8), random_word()}, NULL);
}

/* Those that end a life are rare: a life is to see many calls. */
static void control_call(void)
{
    static const uint64_t modes[] = {HYP_MODE_NORMAL, HYP_MODE_NORMAL, 4, 5, UINT64_MAX, 1ull << 32, (1ull << 32) | HYP_MODE_NORMAL};
    uint64_t target = small(4), operation = small(6);
    if (one_in(2)) {
        make(HYP_CALL_MODE_SET, one_in(60) ? below(4) : modes[below(7)], 0, 0, 0, NULL);
        return;
    }
    if (target == hyp_info()->partition && operation < 6 && !one_in(12))
        operation = HYP_CONTROL_RESUME;
    make(HYP_CALL_PARTITION_CONTROL, target, operation, random_word(), 0, NULL);
}

static void wait_call(void)
{
    uint64_t until = one_in(40) ? UINT64_MAX : (uint64_t)hyp_time() - 200000 + below(500000);
    if (one_in(2))
        make(HYP_CALL_IDLE_UNTIL, until, 0, 0, 0, NULL);
    else
        make(HYP_CALL_EVENT_WAIT, one_in(8) ? 0 : random_word() >> below(64), until, 0, 0, NULL);
}

static void something_else(uint32_t which, uint64_t numbers)
{
    if (which == 0)
        events_enable();
    else if (which == 1)
        take_events();
    else
        any_number(numbers);
}

_Noreturn void fuzz_run(uint64_t numbers)
{
    sequence = journal->count << 16;
    for (;;) {
        uint32_t which = (uint32_t)below(numbers + 4);
        if (which >= numbers) {
            something_else(which - (uint32_t)numbers, numbers);
            continue;
        }
        switch (which) {
        case HYP_CALL_YIELD:
        case HYP_CALL_EVENT_WAIT:
        case HYP_CALL_IDLE_UNTIL:
            if (!one_in(4))
                break;
            if (which == HYP_CALL_YIELD)
                make(which, random_word(), 0, 0, 0, NULL);
            else
                wait_call();
            break;
        case HYP_CALL_CONSOLE_WRITE:
            if (one_in(3))
                make(which, address(512), length(512), random_word(), 0, NULL);
            break;
        case HYP_CALL_PARTITION_CONTROL:
        case HYP_CALL_MODE_SET:
            control_call();
            break;
        case HYP_CALL_VERDICT:
            make(which, small(2), address(120), length(120), 0, NULL);
            break;
        case HYP_CALL_TIMER_SET:
            make(which, small(2), instant(), one_in(2) ? 0 : one_in(8) ? random_word() : 8000 + below(100000), 0, NULL);
            break;
        case HYP_CALL_TIME_GET:
        case HYP_CALL_TIMER_CANCEL:
            make(which, small(2), random_word(), 0, 0, NULL);
            break;
        case HYP_CALL_EVENT_SEND:
            make(which, one_in(3) ? small(256) : HYP_EVENT_FIRST + below(12), 0, 0, 0, NULL);
            break;
        case HYP_CALL_UPCALL_RETURN:
            return_without_upcall();
            break;
        case HYP_CALL_SAMPLING_WRITE:
        case HYP_CALL_SAMPLING_READ:
        case HYP_CALL_QUEUING_SEND:
        case HYP_CALL_QUEUING_RECEIVE:
            port_call(which);
            port_call(which);
            break;
        case HYP_CALL_SAMPLING_STATUS:
        case HYP_CALL_QUEUING_STATUS:
        case HYP_CALL_PARTITION_STATUS:
            status_call(which, 0);
            break;
        case HYP_CALL_QUEUING_CLEAR:
            if (one_in(4))
                make(which, small(6), 0, 0, 0, NULL);
            break;
        case HYP_CALL_SCHEDULE_STATUS:
        case HYP_CALL_HEALTH_STATUS:
        case HYP_CALL_MODULE_STATUS:
            status_call(which, 1);
            break;
        case HYP_CALL_MULTICALL:
            batch_call(numbers);
            break;
        case HYP_CALL_GATE_CALL:
            make(HYP_CALL_GATE_CALL | (uint32_t)(one_in(4) ? small(0x10000) : 0) << 16, random_word(), random_word(), address(64), length(8), NULL);
            break;
        case HYP_CALL_HEALTH_RAISE:
            if (one_in(4))
                make(which, random_word(), 0, 0, 0, NULL);
            break;
        default:            /* the rest, and every call that comes to the ABI later: arguments of all kinds */
            make(which, one_in(2) ? small(24) : address(64), length(8), address(64), random_word(), NULL);
            break;
        }
    }
}
