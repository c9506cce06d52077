/* The calls of group `system`. In its second life, which a module restart begins, it looks at what came of that. */
#include "../case.h"

static void status_check(void)
{
    hyp_module_status_t status;

    CASE(module_status, BAD_ADDRESS, "the buffer is not wholly writable by the caller", hyp_module_status((hyp_module_status_t *)NOWHERE));
    CASE(module_status, BAD_ADDRESS, "the buffer is not wholly writable by the caller",
         hyp_module_status((hyp_module_status_t *)HYP_INFO_PAGE));
    WORKS(module_status, hyp_module_status(&status) == HYP_OK && status.partitions == 2 && status.schedules == 1 &&
                             status.warm_restarts == 0 && status.tsc_hz == 1000000000);
    case_windows(2);
    WORKS(module_status, hyp_module_status(&status) == HYP_OK && status.frames == 2);
}

static void verdict_check(void)
{
    const char *reason = "neither pass nor fail, or the text is too long";

    CASE(verdict, INVALID_PARAM, reason, case_call(HYP_CALL_VERDICT, 2, (uintptr_t) "text", 4));
    CASE(verdict, INVALID_PARAM, reason, case_call(HYP_CALL_VERDICT, HYP_VERDICT_PASS, HYP_INFO_PAGE, HYP_VERDICT_TEXT_MAX + 1));
    CASE(verdict, BAD_ADDRESS, "the text is not wholly readable by the caller", case_call(HYP_CALL_VERDICT, HYP_VERDICT_PASS, NOWHERE, 4));
}

static void batch_check(void)
{
    hyp_call_t calls[] = {{.number = HYP_CALL_YIELD}, {.number = HYP_CALL_PARTITION_CONTROL}, {.number = HYP_CALL_MULTICALL}};

    if (hyp_multicall(calls, 3) == 3)
        for (int n = 0; n < 3; n++)
            CASE(any, INVALID_MODE, "`multicall` makes it, and it is marked: not in a batch", calls[n].result);
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();
    hyp_module_status_t status;

    if (case_role("without")) {
        CASE(module_control, NOT_PERMITTED, "no grant for it", hyp_module_control(HYP_MODULE_WARM_RESTART));
        CASE(module_control, NOT_PERMITTED, "no grant for it", hyp_module_control(HYP_MODULE_COLD_RESTART));
        CASE(module_control, NOT_PERMITTED, "no grant for it", hyp_module_control(HYP_MODULE_HALT));
        CASE(any, NOT_PERMITTED, "the plan gives the caller no right to this call", case_call(HYP_CALL_HEALTH_READ, NOWHERE, 1, 0));
        case_end();
        return;
    }
    if (info->start_cause == HYP_START_MODULE) {
        WORKS(module_control, hyp_module_status(&status) == HYP_OK && status.warm_restarts == 1 &&
                                  info->mode_at_start == HYP_MODE_WARM_START && info->warm_starts == 1);
        WORKS(verdict, hyp_verdict(case_failures == 0, "all cases") == HYP_OK);
        return;
    }
    WORKS(nop, hyp_nop() == HYP_OK);
    CASE(any, UNKNOWN_HYPERCALL, "no call has this number", case_call(0xffff, 0, 0, 0));
    CASE(any, UNKNOWN_HYPERCALL, "no call has this number", case_call(0x8000, 0, 0, 0));
    batch_check();
    status_check();
    verdict_check();
    CASE(module_control, INVALID_PARAM, "no such operation", hyp_module_control(3));
    case_windows(20); /* the console is empty before the restart */
    hyp_module_control(HYP_MODULE_WARM_RESTART);
    hyp_verdict(0, "module_control came back");
}
