/*
 * Calls every function of the library on the running kernel and checks what comes back. The plan gives it the args
 * "self test", a 64 KiB heap, an area `table` of 8 KiB that is read-only, and a neighbour called `other`.
 *
 * Says pass when nothing failed; each failure is a line with its place.
 */
#include <hyp.h>
#include <string.h>

static int failures;

#define CHECK(condition) check((condition), #condition, __LINE__)
#define EQUAL(left, right) equal((int64_t)(left), (int64_t)(right), #left, __LINE__)

static void check(int holds, const char *text, int line)
{
    if (!holds) {
        failures++;
        hyp_printf("line %d: not %s\n", line, text);
    }
}

static void equal(int64_t left, int64_t right, const char *text, int line)
{
    if (left != right) {
        failures++;
        hyp_printf("line %d: %s is %lld, not %lld\n", line, text, (long long)left, (long long)right);
    }
}

static void info_page(const hyp_info_t *info)
{
    EQUAL(info->magic, HYP_INFO_MAGIC);
    EQUAL(info->abi_version, HYP_ABI_VERSION);
    CHECK(strcmp(info->name, "library") == 0);
    CHECK(strcmp(info->args, "self test") == 0);
    EQUAL(info->partition, 0);
    EQUAL(info->start_cause, HYP_START_POWER_ON);
    EQUAL(info->mode_at_start, HYP_MODE_COLD_START);
    EQUAL(info->cold_starts, 1);
    EQUAL(info->warm_starts, 0);
    EQUAL(hyp_partition("library"), 0);
    EQUAL(hyp_partition("nobody"), HYP_INVALID_CONFIG);
}

static void areas(void)
{
    const hyp_area_t *heap = hyp_area("heap");
    const hyp_area_t *stack = hyp_area("stack");
    const hyp_area_t *table = hyp_area("table");
    char here;

    CHECK(hyp_area("nothing") == NULL);
    CHECK(heap != NULL && stack != NULL && table != NULL);
    if (heap == NULL || stack == NULL || table == NULL)
        return;
    EQUAL(heap->size, 65536);
    EQUAL(heap->access, HYP_ACCESS_READ | HYP_ACCESS_WRITE);
    memset((void *)heap->base, 0x5a, heap->size);
    EQUAL(((unsigned char *)heap->base)[heap->size - 1], 0x5a);
    CHECK((uintptr_t)&here - stack->base < stack->size);
    EQUAL(table->access, HYP_ACCESS_READ);
    EQUAL(*(unsigned char *)table->base, 0);
    EQUAL(hyp_console_write((void *)(table->base + table->size - 1), 0), 0);
}

static void times(const volatile hyp_info_t *info)
{
    hyp_time_t first = hyp_time();
    hyp_time_t second = hyp_time_get(HYP_CLOCK_MONOTONIC);
    hyp_time_t third = hyp_time();

    CHECK(info->time_sequence != 0);
    CHECK(first < second && second < third);
    CHECK(third - first < 1000);
    hyp_time_t ran = hyp_time_get(HYP_CLOCK_EXECUTION);
    CHECK(ran > 0 && ran <= hyp_time());
    EQUAL(hyp_time_get(2), HYP_INVALID_PARAM);
    EQUAL(hyp_time_get(-1), HYP_INVALID_PARAM);
    hyp_time_t left = hyp_window_left();
    CHECK(left > 0 && left < info->window_end - info->window_start);
    CHECK(info->window_start < third && third < info->window_end);
}

static void scheduling(const volatile hyp_info_t *info)
{
    hyp_time_t next = info->next_start;
    hyp_time_t next_end = info->next_end;
    hyp_time_t ran = hyp_time_get(HYP_CLOCK_EXECUTION);

    EQUAL(hyp_yield(), HYP_OK);
    EQUAL(info->window_start, next);
    EQUAL(info->window_end, next_end);
    CHECK(hyp_time() - next < 100);
    CHECK(hyp_time_get(HYP_CLOCK_EXECUTION) - ran < 1000);
}

static void modes(void)
{
    EQUAL(hyp_mode_set(HYP_MODE_WARM_START), HYP_INVALID_MODE);
    EQUAL(hyp_mode_set(HYP_MODE_NORMAL), HYP_OK);
    EQUAL(hyp_mode_set(HYP_MODE_NORMAL), HYP_NO_ACTION);
    EQUAL(hyp_mode_set(4), HYP_INVALID_PARAM);
    EQUAL(hyp_mode_set(-1), HYP_INVALID_PARAM);
}

static void control(void)
{
    EQUAL(hyp_partition_control(1, HYP_CONTROL_HALT), HYP_NOT_PERMITTED);
    EQUAL(hyp_partition_control(2, HYP_CONTROL_HALT), HYP_INVALID_PARAM);
    EQUAL(hyp_partition_control(-1, HYP_CONTROL_HALT), HYP_INVALID_PARAM);
    EQUAL(hyp_partition_control(0, HYP_CONTROL_RESUME), HYP_NO_ACTION);
    EQUAL(hyp_partition_control(0, 6), HYP_INVALID_PARAM);
}

static void console(void)
{
    static char text[1500];
    const uintptr_t unmapped = 0x8000;

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\n';
    EQUAL(hyp_console_write(text, sizeof text), sizeof text);
    EQUAL(hyp_console_write(text, 0), 0);
    EQUAL(hyp_console_write((const void *)unmapped, 1), HYP_BAD_ADDRESS);
    EQUAL(hyp_console_write((const void *)(UINTPTR_MAX - 10), 100), HYP_BAD_ADDRESS);
    EQUAL(hyp_printf("%s %5.2f|%-4d|%04x\n", "formatted", 2.375, 42, 0xbeefu), 26);
    EQUAL(hyp_printf("%600d\n", 7), 601);
    EQUAL(hyp_snprintf(text, 8, "%s", "cut after seven"), 15);
    CHECK(strcmp(text, "cut aft") == 0);
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    info_page(info);
    areas();
    times(info);
    scheduling(info);
    modes();
    control();
    EQUAL(hyp_nop(), HYP_OK);
    for (int window = 0; window < 20; window++) /* until the ring is empty: what is dropped now would be our fault */
        hyp_yield();
    console();
    for (int window = 0; window < 60; window++)
        hyp_yield();
    hyp_verdict(failures == 0, failures == 0 ? "all checks hold" : "see the lines above");
}
