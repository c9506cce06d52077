/* Ends and new lives of a partition: what stays of one life in the next. */
#include "attacker.h"

#include <string.h>

#define LIVES 4

static uint64_t in_data = 0x1111;
static uint64_t in_bss;

static uint32_t self(void)
{
    return hyp_info()->partition;
}

static void end(uint64_t operation, uint64_t unused)
{
    (void)unused;
    tagged(HYP_CALL_PARTITION_CONTROL, self(), (uint32_t)operation, 0);
}

static void mode(uint64_t wanted, uint64_t unused)
{
    (void)unused;
    tagged(HYP_CALL_MODE_SET, wanted, 0, 0);
}

static void back(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    end(HYP_CONTROL_HALT, 0);
}

/* Restarts without an end; the neighbours' windows are what counts. */
static void loop(uint64_t operation, uint64_t unused)
{
    CHECK(tagged(HYP_CALL_MODE_SET, HYP_MODE_NORMAL, 0, 0), 0);
    end(operation, unused);
}

static void registers_are_clean(void)
{
    for (int n = 0; n < 23; n++)
        if (n != 7 && n != 16)
            CHECK(entry_registers[n], 0);
    CHECK(entry_registers[16], 0x202);
    CHECK(*(const uint16_t *)entry_fpu, 0x37f);
    CHECK(*(const uint32_t *)(entry_fpu + 24), 0x1f80);
    CHECK(entry_fpu[4], 0);
    for (int n = 32; n < 416; n++)
        CHECK(entry_fpu[n], 0);
    for (uint32_t n = 0; n < sizeof(struct hyp_control) / 8; n++)
        CHECK(((const uint64_t *)HYP_CONTROL_PAGE)[n], 0);
}

static void registers_dirty(void)
{
    memset((void *)HYP_CONTROL_PAGE, 0xff, 4096);
    __asm__ volatile("fld1; fldpi; pcmpeqd %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm15; wrfsbase %0; wrgsbase %0"
                     : : "r"(0xffffffff98000000u) : "xmm0", "xmm15");
    __asm__ volatile("mov %0, %%ds; mov %0, %%es" : : "r"(0x1b));
}

/* Each life finds everything as the image has it, and leaves everything changed. */
static void cold(uint64_t first, uint64_t second)
{
    uint32_t life = hyp_info()->cold_starts;
    uint8_t *heap = (uint8_t *)hyp_area("heap")->base;
    (void)first;
    (void)second;
    registers_are_clean();
    for (uint32_t n = 0; n < 4096 / 8; n++)
        CHECK(((const uint64_t *)HYP_CONTROL_PAGE)[n], 0);
    CHECK(in_data, 0x1111);
    CHECK(in_bss, 0);
    for (uint32_t n = 0; n < 8192; n++)
        CHECK(heap[n], 0);
    CHECK(the_log->values[20], 0);
    CHECK(hyp_info()->start_cause, life == 1 ? HYP_START_POWER_ON : HYP_START_SELF);
    CHECK(hyp_info()->warm_starts, 0);
    the_log->values[0] = life;
    if (the_log->failed_line || life == LIVES)
        return;
    in_data = in_bss = the_log->values[20] = 1;
    memset(heap, 0xff, 8192);
    registers_dirty();
    end(HYP_CONTROL_COLD_RESTART, 0);
}

/* A warm restart keeps memory, and nothing else. */
static void warm(uint64_t first, uint64_t second)
{
    uint32_t life = hyp_info()->warm_starts;
    uint8_t *heap = (uint8_t *)hyp_area("heap")->base;
    (void)first;
    (void)second;
    registers_are_clean();
    CHECK(in_data, life ? 0x2000 + life : 0x1111);
    CHECK(in_bss, life);
    CHECK(heap[8191], life);
    CHECK(the_log->values[20], life);
    CHECK(hyp_info()->mode_at_start, life ? HYP_MODE_WARM_START : HYP_MODE_COLD_START);
    CHECK(hyp_info()->cold_starts, 1);
    the_log->values[0] = life;
    if (the_log->failed_line || life == LIVES)
        return;
    in_data = 0x2000 + life + 1;
    in_bss = the_log->values[20] = life + 1;
    heap[8191] = (uint8_t)(life + 1);
    registers_dirty();
    end(HYP_CONTROL_WARM_RESTART, 0);
}

const struct attack lives[] = {
    {"end", end}, {"mode", mode}, {"back", back}, {"loop", loop}, {"cold", cold}, {"warm", warm}, {0, 0},
};
