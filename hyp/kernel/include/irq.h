/* Device interrupts: events of their owner, open only in its windows. */
#ifndef IRQ_H
#define IRQ_H

#include "core.h"

void irqs_init(void);

/* Around the owner's windows; its slot is in force at the start. */
void irqs_open(const struct partition_plan *partition);
void irqs_close(const struct partition_plan *partition);

/* A start or restart: nothing waits for an answer, nothing is masked. */
void irqs_reset(const struct partition_plan *partition);

/* An interrupt has come in its owner's window; 0 when the vector is nobody's. */
int irq_raise(uint32_t vector);

#endif
