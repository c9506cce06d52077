/* What the host sends to partitions over the console's line, taken in idle time only. */
#ifndef INPUT_H
#define INPUT_H

#include "core.h"

void input_init(void);
int input_take(struct core *core);          /* one byte, if there is one and time until the core's wake; 0: none was taken */
extern uint32_t input_answer_due;
void input_answer(void);                    /* made for the console's sender */
void input_reset(const struct partition_plan *partition);      /* of a life before */

#endif
