/* Interrupts of the partition's own devices. Their registers need no call: they are mapped, or their ports are open. */
#include "hyp.h"
#include "hypercall.h"

hyp_result_t hyp_irq_ack(hyp_event_t event)
{
    return hypercall(HYP_CALL_IRQ_ACK, (uint32_t)event, 0, 0);
}

hyp_result_t hyp_irq_mask(hyp_event_t event, int masked)
{
    return hypercall(HYP_CALL_IRQ_MASK, (uint32_t)event, (uint32_t)masked, 0);
}
