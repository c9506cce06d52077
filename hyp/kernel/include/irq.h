/* Device interrupts: events of their owner, open only in its windows. */
#ifndef IRQ_H
#define IRQ_H

#include "core.h"

void irqs_init(void);

/* Around the time in which the owner runs or sleeps in its window; opening again does no harm.
 * After closing none is on its way any more: nobody else is interrupted. */
void irqs_open(const struct partition_plan *partition);
void irqs_close(const struct partition_plan *partition);

/* A start or restart: nothing waits for an answer, nothing is masked. */
void irqs_reset(const struct partition_plan *partition);

/* From idle time: an event of any partition; one that sleeps in its window wakes. */
void event_pend(struct core *core, uint32_t partition, uint32_t event);

/* An interrupt that is not the timer's: 1 when it is a device's of the plan, else it is a module event. */
int interrupt_take(const struct hyp_frame *frame);

/* An interrupt has come: its owner's event, and a sleeping owner wakes. 0 when the vector is nobody's. */
int irq_raise(struct core *core, uint32_t vector);

#endif
