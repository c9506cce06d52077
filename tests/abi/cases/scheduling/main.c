/* The calls of group `scheduling`. The plan grants the schedules `normal` and `other`, not `third`. */
#include "../case.h"

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    hyp_schedule_status_t status;

    if (case_role("without"))
        return;
    hyp_time_t next = info->next_start;
    WORKS(yield, hyp_yield() == HYP_OK && info->window_start == next && hyp_time() - next < 100);

    hyp_time_t left = (hyp_time_t)case_call(HYP_CALL_WINDOW_STATUS, 0, 0, 0);
    WORKS(window_status, left > 0 && left < info->window_end - info->window_start && hyp_time() + left >= info->window_end);

    hyp_time_t at = hyp_time() + 50000;
    WORKS(idle_until, hyp_idle_until(at) == HYP_OK && hyp_time() >= at && hyp_time() < at + 2000);
    WORKS(idle_until, hyp_idle_until(1) == HYP_OK && hyp_time() < at + 4000);

    CASE(schedule_switch, INVALID_PARAM, "no such schedule", case_call(HYP_CALL_SCHEDULE_SWITCH, 3, 0, 0));
    CASE(schedule_switch, NOT_PERMITTED, "no grant for it", hyp_schedule_switch("third"));
    WORKS(schedule_switch, hyp_schedule_switch("fourth") == HYP_INVALID_CONFIG); /* the library knows no such name */
    CASE(schedule_switch, NO_ACTION, "it is in force and no switch is pending", hyp_schedule_switch("normal"));
    CASE(schedule_status, BAD_ADDRESS, "the buffer is not wholly writable by the caller",
         hyp_schedule_status((hyp_schedule_status_t *)NOWHERE));
    WORKS(schedule_switch, hyp_schedule_switch("other") == HYP_OK);
    WORKS(schedule_status, hyp_schedule_status(&status) == HYP_OK && status.current == 0 && status.next == 1 &&
                               status.since == 0 && status.switch_at == (info->window_start / 10000000 + 1) * 10000000);
    WORKS(schedule_switch, hyp_schedule_switch("normal") == HYP_OK); /* takes it back */
    hyp_yield();
    WORKS(schedule_status, hyp_schedule_status(&status) == HYP_OK && status.current == 0 && status.next == 0 && status.switch_at == 0);
    case_end();
}
