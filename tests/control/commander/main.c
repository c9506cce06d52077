/*
 * Asks two operations of each partition whose name is `t-STATE-FIRST-SECOND-LOOK`, all in one window: STATE is r, s or h (ready, suspended,
 * halted: brought about some windows before), the operations are numbers, LOOK is y when the status is read between the two. Results
 * and status, at once and some windows later, stay in the area `log`.
 */
#include <hyp.h>

struct entry {
    int64_t first, second;
    hyp_partition_status_t between, at_once, later;
};

static void rest(int windows)
{
    while (windows-- > 0)
        hyp_yield();
}

void partition_main(void)
{
    struct entry *log = (struct entry *)hyp_area("log")->base;
    hyp_partition_t count = (hyp_partition_t)hyp_info()->partition; /* the targets come first in the plan */

    hyp_mode_set(HYP_MODE_NORMAL);
    rest(2);
    for (hyp_partition_t id = 0; id < count; id++) {
        char state = hyp_partition_name((uint32_t)id)[2];
        if (state != 'r')
            hyp_partition_control(id, state == 's' ? HYP_CONTROL_SUSPEND : HYP_CONTROL_HALT);
    }
    rest(2);
    for (hyp_partition_t id = 0; id < count; id++) {
        const char *name = hyp_partition_name((uint32_t)id);
        log[id].first = hyp_partition_control(id, name[4] - '0');
        if (name[8] == 'y')
            hyp_partition_status(id, &log[id].between);
        log[id].second = hyp_partition_control(id, name[6] - '0');
    }
    for (hyp_partition_t id = 0; id < count; id++)
        hyp_partition_status(id, &log[id].at_once);
    rest(4);
    for (hyp_partition_t id = 0; id < count; id++)
        hyp_partition_status(id, &log[id].later);
    hyp_verdict(1, "done");
    for (;;)
        hyp_yield();
}
