/* The calls of group `partition`. The plan grants control of `peer`, none of `third`, which runs this program too. */
#include "../case.h"

static void modes(void)
{
    hyp_partition_status_t status;
    hyp_partition_t self = (hyp_partition_t)hyp_info()->partition;

    CASE(mode_set, INVALID_MODE, "`warm_start` while in cold start", hyp_mode_set(HYP_MODE_WARM_START));
    CASE(mode_set, INVALID_PARAM, "no such mode", hyp_mode_set(4));
    WORKS(mode_set, hyp_mode_set(HYP_MODE_NORMAL) == HYP_OK && hyp_partition_status(self, &status) == HYP_OK &&
                        status.mode == HYP_MODE_NORMAL);
    CASE(mode_set, NO_ACTION, "`normal` in mode normal", hyp_mode_set(HYP_MODE_NORMAL));
}

void partition_main(void)
{
    hyp_partition_t peer = hyp_partition("peer");
    hyp_partition_status_t status;

    if (!case_role("driver")) {
        hyp_mode_set(HYP_MODE_NORMAL);
        for (;;)
            hyp_yield();
    }
    modes();
    CASE(partition_control, INVALID_PARAM, "no such partition or operation", hyp_partition_control(3, HYP_CONTROL_HALT));
    CASE(partition_control, INVALID_PARAM, "no such partition or operation", hyp_partition_control(peer, 6));
    CASE(partition_control, NOT_PERMITTED, "another partition, and no grant for it", hyp_partition_control(2, HYP_CONTROL_HALT));
    CASE(partition_control, NOT_PERMITTED, "another partition, and no grant for it", hyp_partition_control(peer, HYP_CONTROL_SHUTDOWN));
    CASE(partition_control, NO_ACTION, "`resume` of a partition that is not suspended", hyp_partition_control(peer, HYP_CONTROL_RESUME));
    CASE(partition_status, INVALID_PARAM, "no such partition", hyp_partition_status(3, &status));
    CASE(partition_status, NOT_PERMITTED, "another partition, and no grant for it", hyp_partition_status(2, &status));
    CASE(partition_status, BAD_ADDRESS, "the buffer is not wholly writable by the caller",
         hyp_partition_status(peer, (hyp_partition_status_t *)NOWHERE));

    case_windows(2);
    WORKS(partition_status, hyp_partition_status(peer, &status) == HYP_OK && status.status == HYP_STATUS_READY &&
                                status.mode == HYP_MODE_NORMAL && status.cold_starts == 1 && status.warm_starts == 0);
    hyp_partition_control(peer, HYP_CONTROL_SUSPEND);
    hyp_yield();
    WORKS(partition_control, hyp_partition_status(peer, &status) == HYP_OK && status.status == HYP_STATUS_SUSPENDED);
    hyp_partition_control(peer, HYP_CONTROL_RESUME);
    hyp_yield();
    WORKS(partition_control, hyp_partition_status(peer, &status) == HYP_OK && status.status == HYP_STATUS_READY);
    hyp_partition_control(peer, HYP_CONTROL_WARM_RESTART);
    hyp_yield();
    WORKS(partition_control, hyp_partition_status(peer, &status) == HYP_OK && status.warm_starts == 1 &&
                                 status.start_cause == HYP_START_PARTITION && status.started_by == hyp_info()->partition);
    hyp_partition_control(peer, HYP_CONTROL_COLD_RESTART);
    case_windows(3);
    WORKS(partition_control, hyp_partition_status(peer, &status) == HYP_OK && status.cold_starts == 2 && status.mode == HYP_MODE_NORMAL);
    hyp_partition_control(peer, HYP_CONTROL_HALT);
    hyp_yield();
    WORKS(partition_control, hyp_partition_status(peer, &status) == HYP_OK && status.status == HYP_STATUS_HALTED &&
                                 status.mode == HYP_MODE_IDLE);
    case_end();
}
