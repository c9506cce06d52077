/* Calls that act on a partition, most often on the caller. */
#include <string.h>

#include "hyp.h"
#include "hypercall.h"
#include "start.h"

hyp_result_t hyp_nop(void)
{
    return hypercall(HYP_CALL_NOP, 0, 0, 0);
}

hyp_result_t hyp_yield(void)
{
    return hypercall(HYP_CALL_YIELD, 0, 0, 0);
}

hyp_result_t hyp_partition_control(hyp_partition_t partition, int operation)
{
    return hypercall(HYP_CALL_PARTITION_CONTROL, (uint32_t)partition, (uint32_t)operation, 0);
}

hyp_result_t hyp_mode_set(int mode)
{
    return hypercall(HYP_CALL_MODE_SET, (uint32_t)mode, 0, 0);
}

hyp_result_t hyp_partition_status(hyp_partition_t partition, hyp_partition_status_t *status)
{
    return hypercall(HYP_CALL_PARTITION_STATUS, (uint32_t)partition, (uintptr_t)status, 0);
}

hyp_result_t hyp_verdict(int pass, const char *text)
{
    size_t length = strnlen(text, HYP_VERDICT_TEXT_MAX);

    return hypercall(HYP_CALL_VERDICT, pass ? HYP_VERDICT_PASS : HYP_VERDICT_FAIL, (uintptr_t)text, length);
}

void partition_returned(void)
{
    hyp_partition_control((hyp_partition_t)hyp_info()->partition, HYP_CONTROL_HALT);
    __builtin_trap(); /* the kernel never comes back from halting the caller */
}
