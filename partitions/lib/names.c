/* Words for the ABI's numbers, as plans and logs spell them. */
#include "hyp.h"

const char *hyp_start_cause_name(uint32_t cause)
{
    switch (cause) {
    case HYP_START_POWER_ON: return "power_on";
    case HYP_START_SELF: return "self";
    case HYP_START_PARTITION: return "partition";
    case HYP_START_HEALTH: return "health";
    case HYP_START_SCHEDULE: return "schedule";
    case HYP_START_MODULE: return "module";
    default: return "unknown";
    }
}

const char *hyp_result_name(hyp_result_t result)
{
    switch (result) {
    case HYP_NO_ACTION: return "no_action";
    case HYP_NOT_AVAILABLE: return "not_available";
    case HYP_INVALID_PARAM: return "invalid_param";
    case HYP_INVALID_CONFIG: return "invalid_config";
    case HYP_INVALID_MODE: return "invalid_mode";
    case HYP_TIMED_OUT: return "timed_out";
    case HYP_NOT_PERMITTED: return "not_permitted";
    case HYP_UNKNOWN_HYPERCALL: return "unknown_hypercall";
    case HYP_BAD_ADDRESS: return "bad_address";
    default: return result >= HYP_OK ? "ok" : "unknown";
    }
}
