/* Hypercalls with numbers, tags, addresses and lengths that no honest caller passes. */
#include "attacker.h"

static const uint64_t extremes[] = {
    0, 1, 2, 255, 4096, 0xffff, 0x10000, 0xffffffff, 0x7fffffffffff, 0x7ffffffff000, 0x7fffffffefff, 0x800000000000,
    0x8000000000000000, 0xffff800000000000, 0xffffffff80100000, 0xffffffff98000000, 0xffffffffffffffff, 0xfffffffffffffff6,
};
#define EXTREMES (sizeof extremes / sizeof *extremes)

/* Calls that would end this attack rightly: stop, restart, sleep for ever, go on elsewhere. */
static int is_lawful_end(uint32_t number, uint64_t first, uint64_t second)
{
    if (number == HYP_CALL_MODE_SET)
        return first <= HYP_MODE_WARM_START;
    if (number == HYP_CALL_PARTITION_CONTROL)
        return first == hyp_info()->partition && second <= HYP_CONTROL_COLD_RESTART;
    if (number == HYP_CALL_IDLE_UNTIL)
        return first > 0xffff;
    if (number == HYP_CALL_EVENT_WAIT)
        return second > 0xffff;
    return number == HYP_CALL_UPCALL_RETURN;
}

/* One call with all registers filled: all but rax, rcx and r11 are as before. */
static int64_t call_all(uint32_t number, uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t in[16], out[16];
    for (uint64_t n = 0; n < 16; n++)
        in[n] = 0x0101010101010101u * (n + 1);
    in[0] = (uint64_t)HYP_HYPERCALL_TAG << 32 | number;
    in[5] = first;
    in[4] = second;
    in[3] = third;
    for (int n = 0; n < 16; n++)
        out[n] = in[n];
    call_with(out);
    for (int n = 1; n < 16; n++)
        if (n != 2 && n != 7 && n != 11)
            CHECK(out[n], in[n]);
    return (int64_t)out[0];
}

/* All registers, for ever, through calls, interrupts and windows. */
static void keep(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    for (;;) {
        uint64_t in[16], out[16];
        CHECK(call_all(HYP_CALL_NOP, 1, 2, 3), 0);
        CHECK(call_all(HYP_CALL_YIELD, 1, 2, 3), 0);
        CHECK(call_all(HYP_CALL_VERDICT, 2, 2, 3), HYP_INVALID_PARAM);
        CHECK(call_all(0xffff, 1, 2, 3), HYP_UNKNOWN_HYPERCALL);
        for (uint64_t n = 0; n < 16; n++)
            in[n] = out[n] = 0xfedcba9876543210u * (n + 1);
        out[2] = 3000;
        hold_with(out);
        for (int n = 0; n < 16; n++)
            if (n != 2 && n != 7 && n != 11)
                CHECK(out[n], in[n]);
        the_log->values[0]++;
    }
}

/* Every number with every pair of extremes, the third argument turning with them. */
static void all_calls(uint64_t first_number, uint64_t last_number)
{
    for (uint64_t number = first_number; number <= last_number; number++)
        for (uint64_t a = 0; a < EXTREMES; a++)
            for (uint64_t b = 0; b < EXTREMES; b++) {
                if (is_lawful_end((uint32_t)number, extremes[a], extremes[b]))
                    continue;
                int64_t result = call_all((uint32_t)number, extremes[a], extremes[b], extremes[(a + b) % EXTREMES]);
                if (result < 0)
                    CHECK(result >= HYP_BAD_ADDRESS, 1);
            }
}

/* `known`: how many calls there are. */
static void numbers(uint64_t known, uint64_t second)
{
    static const uint32_t unknown[] = {255, 0x7fff, 0x8000, 0xffff, 0x10000, 0x10001, 0x7fffffff, 0x80000000, 0xffffffff};
    (void)second;
    for (uint32_t n = 0; n < sizeof unknown / sizeof *unknown; n++)
        CHECK(call_all(unknown[n], 1, 2, 3), HYP_UNKNOWN_HYPERCALL);
    for (uint32_t number = (uint32_t)known; number < 2048; number++)
        CHECK(tagged(number, 0, 0, 0), HYP_UNKNOWN_HYPERCALL);
}

/* Wrong tags: each is the health event `illegal_hypercall`, which is logged; the caller gets an error and goes on. */
static void tags(uint64_t first, uint64_t second)
{
    static const uint64_t wrong[] = {0, 1, 5, 0xffffffffffffffff, 0x6879703000000000, 0x6879703200000000, 0x8000000000000000,
                                     0x3168797000000000, 0x687970310000000, 0xe879703100000000};
    (void)first;
    (void)second;
    for (uint32_t n = 0; n < sizeof wrong / sizeof *wrong; n++)
        CHECK(raw_call(wrong[n], 1, 2, 3), HYP_UNKNOWN_HYPERCALL);
    the_log->values[0] = sizeof wrong / sizeof *wrong;
}

/* The plan gives `low` and `high` with one unmapped page between them; above `top` nothing may be mapped. */
static void pointers(uint64_t first, uint64_t second)
{
    uint64_t low = hyp_area("low")->base, high = hyp_area("high")->base, top = TOP_PAGE;
    const struct {
        uint64_t at, length;
        int64_t wanted;
    } tries[] = {
        {0, 0, 0}, {0, 1, HYP_BAD_ADDRESS}, {0xffff, 1, HYP_BAD_ADDRESS}, {0xffffffff80100000, 16, HYP_BAD_ADDRESS},
        {0xffffffff98000000, 8, HYP_BAD_ADDRESS}, {0xffffffffc0006000, 8, HYP_BAD_ADDRESS}, {0x800000000000, 1, HYP_BAD_ADDRESS},
        {0xffff7fffffffffff, 1, HYP_BAD_ADDRESS}, {0x7ffffffff000, 1, HYP_BAD_ADDRESS}, {0x7fffffffffff, 2, HYP_BAD_ADDRESS},
        {top + 4095, 2, HYP_BAD_ADDRESS}, {top + 4095, 512, HYP_BAD_ADDRESS}, {0xffffffffffffffff, 1, HYP_BAD_ADDRESS},
        {0xffffffffffffffff, 0, HYP_BAD_ADDRESS}, {low, 0xffffffffffffffff, HYP_BAD_ADDRESS}, {low, 0x8000000000000000, HYP_BAD_ADDRESS},
        {low, 0xfffffffffffffff0, HYP_BAD_ADDRESS}, {1, 0xffffffffffffffff, HYP_BAD_ADDRESS}, {low + 4090, 7, HYP_BAD_ADDRESS},
        {low + 4095, 2, HYP_BAD_ADDRESS}, {low + 4096, 1, HYP_BAD_ADDRESS}, {high - 1, 2, HYP_BAD_ADDRESS}, {low + 4000, 512, HYP_BAD_ADDRESS},
        {HYP_INFO_PAGE + 0x1000 * 14, 8, HYP_BAD_ADDRESS}, {low + 4090, 6, 6}, {high, 6, 6}, {top + 4094, 2, 2},
    };
    (void)first;
    (void)second;
    for (uint32_t n = 0; n < 4096; n++)
        ((char *)low)[n] = ((char *)high)[n] = n % 32 == 31 ? '\n' : 'p';
    for (uint32_t n = 0; n < sizeof tries / sizeof *tries; n++) {
        the_log->values[0] = n;
        CHECK(tagged(HYP_CALL_CONSOLE_WRITE, tries[n].at, tries[n].length, 0), tries[n].wanted);
        if (tries[n].length <= HYP_VERDICT_TEXT_MAX)
            CHECK(tagged(HYP_CALL_VERDICT, HYP_VERDICT_PASS, tries[n].at, tries[n].length), tries[n].wanted < 0 ? tries[n].wanted : 0);
        else
            CHECK(tagged(HYP_CALL_VERDICT, HYP_VERDICT_PASS, tries[n].at, tries[n].length), HYP_INVALID_PARAM);
        hyp_yield();
    }
    CHECK(tagged(HYP_CALL_VERDICT, 2, low, 1), HYP_INVALID_PARAM);
    CHECK(tagged(HYP_CALL_VERDICT, 0x100000001, low, 1), HYP_INVALID_PARAM);
    CHECK(tagged(HYP_CALL_VERDICT, 1, low, HYP_VERDICT_TEXT_MAX + 1), HYP_INVALID_PARAM);
}

static void control(uint64_t first, uint64_t second)
{
    uint32_t self = hyp_info()->partition;
    (void)first;
    (void)second;
    for (uint32_t operation = 0; operation < 8; operation++) {
        for (uint32_t other = 0; other < 4; other++)
            if (other != self)
                CHECK(tagged(HYP_CALL_PARTITION_CONTROL, other, operation, 0),
                      operation <= HYP_CONTROL_COLD_RESTART ? HYP_NOT_PERMITTED : HYP_INVALID_PARAM);
        CHECK(tagged(HYP_CALL_PARTITION_CONTROL, 0x100000000 | self, operation, 0), HYP_INVALID_PARAM);
        CHECK(tagged(HYP_CALL_PARTITION_CONTROL, 0xffffffff, operation, 0), HYP_INVALID_PARAM);
    }
    CHECK(tagged(HYP_CALL_PARTITION_CONTROL, self, HYP_CONTROL_RESUME, 0), HYP_NO_ACTION);
    CHECK(tagged(HYP_CALL_PARTITION_CONTROL, self, 6, 0), HYP_INVALID_PARAM);
    CHECK(tagged(HYP_CALL_PARTITION_CONTROL, self, 0x100000002, 0), HYP_INVALID_PARAM);
    CHECK(tagged(HYP_CALL_MODE_SET, HYP_MODE_WARM_START, 0, 0), HYP_INVALID_MODE);
    CHECK(tagged(HYP_CALL_MODE_SET, 4, 0, 0), HYP_INVALID_PARAM);
    CHECK(tagged(HYP_CALL_MODE_SET, 0x100000000, 0, 0), HYP_INVALID_PARAM);
    CHECK(tagged(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0), 0);
    CHECK(tagged(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0), HYP_NO_ACTION);
    CHECK(tagged(HYP_CALL_TIME_GET, 2, 0, 0), HYP_INVALID_PARAM);
    CHECK(tagged(HYP_CALL_TIME_GET, 0x100000000, 0, 0), HYP_INVALID_PARAM);
}

const struct attack call_attacks[] = {
    {"all_calls", all_calls}, {"numbers", numbers}, {"tags", tags}, {"pointers", pointers}, {"control", control}, {"keep", keep}, {0, 0},
};
