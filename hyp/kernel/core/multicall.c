/*
 * Batches: calls of a list, each made as if it came alone, with the same rights. Only calls that stay in the caller's context can
 * be in one (the generated mask). The window's end is looked at after each, so that a batch is no longer path than its longest call.
 */
#include "call.h"
#include "event.h"

typedef int64_t handler_t(uint64_t, uint64_t, uint64_t, uint64_t);

extern const uint16_t hypercall_places[HYPERCALLS];         /* generated: a handler's bytes from the kernel's first */
int64_t hypercall_multicall(uint64_t list, uint64_t count);

static inline handler_t *handler_of(uint64_t call)
{
    return (handler_t *)(KERNEL_BASE + KERNEL_LOAD + hypercall_places[call]);
}

int64_t hypercall_multicall(uint64_t list, uint64_t count)
{
    struct core *core = this_core();
    uint64_t raised = 0;        /* an event for the caller itself waits for the end of the batch */
    int64_t made = 0;
    count = count < HYP_MULTICALL_MAX ? count : HYP_MULTICALL_MAX;
    for (; (uint64_t)made < count; list += sizeof(struct hyp_call)) {
        struct hyp_call call;
        uint64_t result_at = list + OFFSET_HYP_CALL_RESULT;
        /* The result's place is tried before the call is made: what cannot be answered does not happen. */
        if (!user_range(list, sizeof call) || copy(&call, (const void *)list, sizeof call) ||
            copy((void *)result_at, &call.result, sizeof call.result)) {
            made = made ? made : HYP_BAD_ADDRESS;
            break;
        }
        if (call.number >= HYPERCALLS)
            call.result = HYP_UNKNOWN_HYPERCALL;
        else if (!(core->rights >> call.number & 1))
            call.result = HYP_NOT_PERMITTED;
        else if (!(HYPERCALLS_IN_BATCH >> call.number & 1))
            call.result = HYP_INVALID_MODE;
        else {
            call.result = handler_of(call.number)(call.arguments[0], call.arguments[1], call.arguments[2], call.arguments[3]);
            uint64_t attention = core->attention;
            core->attention = 0;
            if (attention == (uint64_t)event_self)
                raised = attention;
            else if (attention && core->partition->state->call_done) {
                core->partition->state->call_done = 0;      /* cut in its copy: as if it had not begun */
                break;
            } else if (attention)
                call.result = HYP_NOT_AVAILABLE;            /* it would sleep */
        }
        copy((void *)result_at, &call.result, sizeof call.result);
        made++;
        if (cpu_tsc() >= core->deadline)
            break;
    }
    core->attention = raised;
    return made;
}
