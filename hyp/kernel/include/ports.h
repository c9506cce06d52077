/* Ports: what a restart does to them; the calls are in ports.c. */
#ifndef PORTS_H
#define PORTS_H

#include "core.h"

void channels_reset(void);          /* all channels as at power-on */
void ports_reset(struct core *core, const struct partition_plan *partition);

#endif
