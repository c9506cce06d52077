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

int64_t hypercall_irq_ack(uint64_t event);
int64_t hypercall_irq_mask(uint64_t event, uint64_t masked);

/* By place in the plan's interrupt table. Owner: the core that runs the device's partition. */
static uint32_t states[IRQS_MAX];

static const struct irq_plan *irq_at(uint32_t place)
{
    return &the_plan()->irqs[place];
}

/* Not into the control page: while the core idles, no partition's slot is in force. */
void event_pend(struct core *core, uint32_t partition, uint32_t event)
{
    event_note(the_plan()->partitions[partition].state, event);
    if (traced(TRACED_EVENTS))
        trace_raised(partition, event);
    if (core->phase == PHASE_SLEEP) {
        uint64_t now = cpu_tsc(), release_at = core->frame_tsc + core->window->counters->at_ticks;
        core->wake = ticks_until(release_at, now) > 0 ? release_at : now;
    }
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
        if (!states[place])
            ioapic_mask(irq_at(place)->line, 0);
    }
}

/* Lets come what has come to the local APIC already. The timer is only acknowledged: whoever called arms it again. */
static void settle(struct core *core)
{
    uint32_t phase = core->phase;
    core->phase = PHASE_SETTLE;
    __asm__ volatile("sti; nop; cli" : : : "memory");
    core->phase = phase;
}

void irqs_close(const struct partition_plan *partition)
{
    uint32_t vectors = 0;
    for (uint32_t n = 0; n < partition->irq_count; n++) {
        uint32_t place = partition->irq_first + n;
        const struct irq_plan *irq = irq_at(place);
        ioapic_mask(irq->line, 1);
        vectors |= 1u << place;
        if (!irq->level)                /* an edge may be lost from here on, or was while its owner masked it: the next window starts with the event */
            event_pend(this_core(), irq->partition, irq->event);
    }
    if (apic_read(APIC_REQUESTS + VECTOR_IRQ / 32 * 16) & vectors)
        settle(this_core());
}

_Static_assert(VECTOR_IRQ % 32 == 0 && IRQS_MAX <= 32, "one register of the APIC has all requests");

void irqs_reset(const struct partition_plan *partition)
{
    for (uint32_t n = 0; n < partition->irq_count; n++)
        states[partition->irq_first + n] = 0;
}

int irq_raise(struct core *core, uint32_t vector)
{
    uint32_t place = vector - VECTOR_IRQ;
    if (vector == VECTOR_CONSOLE) {
        apic_end_of_interrupt();        /* the idle loop looks at the UART */
        return 1;
    }
    if (vector < VECTOR_IRQ || place >= the_plan()->irq_count)
        return 0;
    const struct irq_plan *irq = irq_at(place);
    if (irq->level) {
        ioapic_mask(irq->line, 1);
        states[place] |= WAITS_FOR_ACK;
    }
    apic_end_of_interrupt();
    event_pend(core, irq->partition, irq->event);      /* also one that was on its way as its owner's window ended */
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

/* Whether the caller's line may be open: nothing keeps it closed, and the window is the caller's. */
static inline int open_now(uint32_t place)
{
    const struct core *core = this_core();
    return !states[place] && core->partition == core->window->partition;
}

int64_t hypercall_irq_ack(uint64_t event)
{
    uint32_t place = own(event);
    if (place == IRQS_MAX)
        return HYP_INVALID_PARAM;
    if (!(states[place] & WAITS_FOR_ACK))
        return HYP_NO_ACTION;
    states[place] &= ~WAITS_FOR_ACK;
    if (open_now(place))
        ioapic_mask(irq_at(place)->line, 0);
    return HYP_OK;
}

int64_t hypercall_irq_mask(uint64_t event, uint64_t masked)
{
    uint32_t place = own(event);
    if (place == IRQS_MAX || masked > 1)
        return HYP_INVALID_PARAM;
    states[place] = (states[place] & WAITS_FOR_ACK) | (masked ? MASKED_BY_OWNER : 0);
    ioapic_mask(irq_at(place)->line, !open_now(place));
    return HYP_OK;
}
