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

const char *hyp_health_event_name(uint32_t event)
{
    switch (event) {
    case HYP_HEALTH_DIVIDE_ERROR: return "divide_error";
    case HYP_HEALTH_DEBUG: return "debug";
    case HYP_HEALTH_BREAKPOINT: return "breakpoint";
    case HYP_HEALTH_INVALID_OPCODE: return "invalid_opcode";
    case HYP_HEALTH_DEVICE_NOT_AVAILABLE: return "device_not_available";
    case HYP_HEALTH_STACK_FAULT: return "stack_fault";
    case HYP_HEALTH_GENERAL_PROTECTION: return "general_protection";
    case HYP_HEALTH_PAGE_FAULT: return "page_fault";
    case HYP_HEALTH_X87_FAULT: return "x87_fault";
    case HYP_HEALTH_ALIGNMENT_CHECK: return "alignment_check";
    case HYP_HEALTH_SIMD_FAULT: return "simd_fault";
    case HYP_HEALTH_MEMORY_VIOLATION: return "memory_violation";
    case HYP_HEALTH_ILLEGAL_HYPERCALL: return "illegal_hypercall";
    case HYP_HEALTH_NESTED_FAULT: return "nested_fault";
    case HYP_HEALTH_WATCHDOG: return "watchdog";
    case HYP_HEALTH_APPLICATION_ERROR: return "application_error";
    case HYP_HEALTH_LATE_START: return "late_start";
    case HYP_HEALTH_OVERRUN: return "overrun";
    case HYP_HEALTH_DEADLINE_MISSED: return "deadline_missed";
    case HYP_HEALTH_INTEGRITY: return "integrity";
    case HYP_HEALTH_INTERNAL_ERROR: return "internal_error";
    case HYP_HEALTH_NMI: return "nmi";
    case HYP_HEALTH_MACHINE_CHECK: return "machine_check";
    case HYP_HEALTH_UNEXPECTED_INTERRUPT: return "unexpected_interrupt";
    case HYP_HEALTH_CLOCK_MISMATCH: return "clock_mismatch";
    default: return "unknown";
    }
}
