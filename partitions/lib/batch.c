/* Batches of calls. */
#include "hyp.h"
#include "hypercall.h"

static hyp_result_t call_alone(const hyp_call_t *call)
{
    return hypercall4((uint32_t)call->number, call->arguments[0], call->arguments[1], call->arguments[2], call->arguments[3]);
}

hyp_result_t hyp_multicall(hyp_call_t *calls, size_t count)
{
    size_t made = 0;

    while (made < count) {
        hyp_result_t result = hypercall(HYP_CALL_MULTICALL, (uintptr_t)(calls + made), count - made, 0);

        if (result < 0)
            return made > 0 ? (hyp_result_t)made : result;
        made += (size_t)result;
        /* A copy too long for what was left of the window: alone it keeps its progress from window to window. */
        if (result == 0) {
            calls[made].result = call_alone(&calls[made]);
            made++;
        }
    }
    return (hyp_result_t)made;
}
