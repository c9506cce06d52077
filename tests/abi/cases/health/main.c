/* The calls of group `health`. The plan logs application_error, and lets only the reader read. */
#include "../case.h"

#define CODE 42

static hyp_health_record_t records[4];

void partition_main(void)
{
    hyp_health_status_t status;

    if (case_role("without")) {
        CASE(health_read, NOT_PERMITTED, "no grant `health_log: read`", hyp_health_read(records, 1));
        CASE(health_status, NOT_PERMITTED, "no grant `health_log: read`", hyp_health_status(&status));
        case_end();
        return;
    }
    WORKS(health_status, hyp_health_status(&status) == HYP_OK && status.records == 0 && status.lost == 0);
    WORKS(health_read, hyp_health_read(records, 4) == 0);
    hyp_time_t before = hyp_time();
    WORKS(health_raise, hyp_health_raise(CODE) == HYP_OK && hyp_health_raise(CODE + 1) == HYP_OK);
    CASE(health_read, BAD_ADDRESS, "the buffer is not wholly writable by the caller", hyp_health_read((hyp_health_record_t *)NOWHERE, 1));
    WORKS(health_read, hyp_health_read(records, 4) == 2); /* the bad address took none away */
    WORKS(health_raise, records[0].event == HYP_HEALTH_APPLICATION_ERROR && records[0].code == CODE && records[1].code == CODE + 1);
    WORKS(health_read, records[0].sequence == 1 && records[1].sequence == 2 && records[0].partition == hyp_info()->partition &&
                           records[0].action == HYP_ACTION_LOG && records[0].time > before && records[1].time < hyp_time());
    WORKS(health_read, hyp_health_read(records, 4) == 0);
    CASE(health_status, BAD_ADDRESS, "the buffer is not wholly writable by the caller", hyp_health_status((hyp_health_status_t *)NOWHERE));
    WORKS(health_status, hyp_health_status(&status) == HYP_OK && status.records == 2 && status.oldest == 1 && status.lost == 0);
    case_end();
}
