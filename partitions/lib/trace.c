/* Records of one's own in the trace, and reading all of it. */
#include "hyp.h"
#include "hypercall.h"

hyp_result_t hyp_trace_event(uint32_t value)
{
    return hypercall(HYP_CALL_TRACE_EVENT, value, 0, 0);
}

hyp_result_t hyp_trace_read(hyp_trace_record_t *records, size_t count)
{
    size_t done = 0;
    hyp_result_t result;

    /* The kernel gives a few at a time. Asking for none says whether we may ask at all. */
    do {
        result = hypercall(HYP_CALL_TRACE_READ, (uintptr_t)(records + done), count - done, 0);
        if (result > 0)
            done += (size_t)result;
    } while (result > 0 && done < count);
    return done > 0 ? (hyp_result_t)done : result;
}
