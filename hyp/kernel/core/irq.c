/*
 * Device interrupts. A line is masked outside its owner's windows, so that no device takes time from others. A device that
 * holds its line runs level-triggered: nothing is lost while masked, and the line stays closed until `irq_ack`. Any other
 * may lose an edge, so its event is pended at each window start.
 */
#include "irq.h"
#include "apic.h"
#include "call.h"
#include "event.h"
#include "vectors.h"

#define WAITS_FOR_ACK 1u
#define MASKED_BY_OWNER 2u

HYPERCALL hypercall_irq_ack(uint64_t event);
HYPERCALL hypercall_irq_mask(uint64_t event, uint64_t masked);

/* By place in the plan's interrupt table. Owner: the core that runs the device's partition. */
static uint32_t states[IRQS_MAX];

static const struct irq_plan *irq_at(uint32_t place)
{
    return &PLAN_TABLE(irq_plan, irqs)[place];
}

static void pend(const struct irq_plan *irq)
{
    __atomic_fetch_or(&CONTROL->pending[irq->event / 64], 1ull << irq->event % 64, __ATOMIC_RELAXED);
    if (traced(TRACED_EVENTS))
        trace_raised(irq->partition, irq->event);
}

void irqs_init(void)
{
    for (uint32_t place = 0; place < the_plan()->irq_count; place++)
        ioapic_route(irq_at(place)->line, VECTOR_IRQ + place, irq_at(place)->level);
}

void irqs_open(const struct partition_plan *partition)
{
    for (uint32_t n = 0; n < partition->irq_count; n++) {
        uint32_t place = partition->irq_first + n;
        if (states[place])
            continue;
        if (!irq_at(place)->level)
            pend(irq_at(place));
        ioapic_mask(irq_at(place)->line, 0);
    }
}

void irqs_close(const struct partition_plan *partition)
{
    for (uint32_t n = 0; n < partition->irq_count; n++)
        ioapic_mask(irq_at(partition->irq_first + n)->line, 1);
}

void irqs_reset(const struct partition_plan *partition)
{
    for (uint32_t n = 0; n < partition->irq_count; n++)
        states[partition->irq_first + n] = 0;
}

int irq_raise(uint32_t vector)
{
    uint32_t place = vector - VECTOR_IRQ;
    if (vector < VECTOR_IRQ || place >= the_plan()->irq_count)
        return 0;
    const struct irq_plan *irq = irq_at(place);
    const struct partition_plan *partition = this_core()->partition;
    if (irq->level) {
        ioapic_mask(irq->line, 1);
        states[place] |= WAITS_FOR_ACK;
    }
    apic_end_of_interrupt();
    if (irq->partition != partition->id)        /* it was on its way as its owner's window ended; a level comes again */
        states[place] &= ~WAITS_FOR_ACK;
    else
        pend(irq);
    return 1;
}

/* The caller's interrupt with that event, or IRQS_MAX. */
static inline uint32_t own(uint64_t event)
{
    const struct partition_plan *partition = this_core()->partition;
    for (uint32_t n = 0; n < partition->irq_count; n++)
        if (irq_at(partition->irq_first + n)->event == event)
            return partition->irq_first + n;
    return IRQS_MAX;
}

HYPERCALL hypercall_irq_ack(uint64_t event)
{
    uint32_t place = own(event);
    if (place == IRQS_MAX)
        return HYP_INVALID_PARAM;
    if (!(states[place] & WAITS_FOR_ACK))
        return HYP_NO_ACTION;
    states[place] &= ~WAITS_FOR_ACK;
    if (!states[place])
        ioapic_mask(irq_at(place)->line, 0);
    return HYP_OK;
}

HYPERCALL hypercall_irq_mask(uint64_t event, uint64_t masked)
{
    uint32_t place = own(event);
    if (place == IRQS_MAX || masked > 1)
        return HYP_INVALID_PARAM;
    states[place] = (states[place] & WAITS_FOR_ACK) | (masked ? MASKED_BY_OWNER : 0);
    ioapic_mask(irq_at(place)->line, states[place] != 0);
    return HYP_OK;
}
