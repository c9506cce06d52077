/* The calls of group `trace`. Windows are recorded too; only the caller may read. */
#include "../case.h"

#define FIRST 0x12345678u

static hyp_trace_record_t records[40];

/* What is left, so that the next reading begins with what comes next. */
static void read_all(void)
{
    while (hyp_trace_read(records, 40) > 0)
        ;
}

void partition_main(void)
{
    if (case_role("without")) {
        CASE(trace_read, NOT_PERMITTED, "no grant `trace: read`", hyp_trace_read(records, 1));
        WORKS(trace_event, hyp_trace_event(1) == HYP_OK);
        case_end();
        return;
    }
    read_all();
    hyp_time_t before = hyp_time();
    WORKS(trace_event, hyp_trace_event(FIRST) == HYP_OK && hyp_trace_event(FIRST + 1) == HYP_OK);
    CASE(trace_read, BAD_ADDRESS, "the buffer is not wholly writable by the caller", hyp_trace_read((hyp_trace_record_t *)NOWHERE, 1));
    WORKS(trace_read, hyp_trace_read(records, 1) == 1); /* the bad address took none away */
    WORKS(trace_event, records[0].kind == HYP_TRACE_OWN && records[0].value == FIRST && records[0].partition == hyp_info()->partition);
    WORKS(trace_read, hyp_trace_read(records + 1, 8) == 1 && records[1].value == FIRST + 1 &&
                          records[1].sequence == records[0].sequence + 1);
    WORKS(trace_read, records[0].time >= before && records[1].time > records[0].time && records[1].time <= hyp_time());
    WORKS(trace_read, hyp_trace_read(records, 40) == 0);
    for (uint32_t n = 0; n < 20; n++)
        hyp_trace_event(n);
    WORKS(trace_read, case_call(HYP_CALL_TRACE_READ, (uint64_t)records, 40, 0) == HYP_TRACE_READ_MAX);
    WORKS(trace_read, hyp_trace_read(records + HYP_TRACE_READ_MAX, 40 - HYP_TRACE_READ_MAX) == 20 - HYP_TRACE_READ_MAX);
    WORKS(trace_read, records[0].value == 0 && records[19].value == 19);
    case_windows(1);
    WORKS(trace_read, hyp_trace_read(records, 40) >= 4 && records[0].kind == HYP_TRACE_WINDOW_END &&
                          records[1].kind == HYP_TRACE_WINDOW_START && records[1].value == 1);
    case_end();
}
