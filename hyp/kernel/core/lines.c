/* The kernel's own lines on the console: health events and verdicts, from the records of the log, a short piece at a time. */
#include "lines.h"
#include "console.h"
#include "health.h"
#include "print.h"

/* The last pieces of a health event's line: numbers of the record. */
static const struct {
    char name[10];
    uint16_t place;
} numbers[] = {
    {" rip=", OFFSET_HEALTH_RECORD_FRAME + OFFSET_HYP_FRAME_RIP},
    {" error=", OFFSET_HEALTH_RECORD_FRAME + OFFSET_HYP_FRAME_ERROR},
    {" address=", OFFSET_HEALTH_RECORD_ADDRESS},
    {" rsp=", OFFSET_HEALTH_RECORD_FRAME + OFFSET_HYP_FRAME_RSP},
};

/* The verdict's text is the partition's: it ends no line, and is taken a few characters at a time. */
static int verdict_piece(const struct health_record *record, uint32_t piece)
{
    const struct partition_state *state = the_plan()->partitions[record->partition].state;
    uint32_t from = (piece - 1) * 8;
    if (piece == 0) {
        kernel_text(record->action == VERDICT_PASSED ? " pass: " : " fail: ");
        return 1;
    }
    if (from >= state->verdict_length || state->verdict != record->action)
        return 0;
    for (uint32_t n = from; n < from + 8 && n < state->verdict_length; n++) {
        if (state->verdict_text[n] == '\n')
            kernel_text("\\x0a");
        else
            kernel_put(state->verdict_text[n]);
    }
    return 1;
}

static int health_piece(const struct health_record *record, uint32_t piece)
{
    char digits[NUMBER_TEXT + 1];
    if (piece == 0) {
        kernel_text(" ");
        kernel_text(health_event_name(record->event));
    } else if (piece == 1) {
        kernel_text(" action=");
        kernel_text(health_action_name(record->action));
    } else if (piece == 2) {
        kernel_text(" at=");
        kernel_text(text_number(digits, health_time(this_core(), record->tsc), 10));
    } else if (piece < 3 + sizeof numbers / sizeof *numbers) {
        kernel_text(numbers[piece - 3].name);
        uint32_t place = numbers[piece - 3].place;
        uint64_t number = place == OFFSET_HEALTH_RECORD_ADDRESS ? health_address(record) : *(const uint64_t *)((const char *)record + place);
        kernel_text(text_number(digits, number, 16));
    } else {
        return 0;
    }
    return 1;
}

int line_piece(const struct health_record *record, uint32_t piece)
{
    int verdict = record->event == LOG_VERDICT;
    if (piece == 0)
        kernel_text(verdict ? "verdict " : "health ");
    else if (piece == 1)
        kernel_text(record->partition == NO_PARTITION ? "module" : the_plan()->partitions[record->partition].name);
    else
        return verdict ? verdict_piece(record, piece - 2) : health_piece(record, piece - 2);
    return 1;
}
