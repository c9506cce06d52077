/* What an image left running when it came back here: the local APIC's timer, an interrupt in service, other cores. */
#ifndef LEFTOVERS_H
#define LEFTOVERS_H

void leftovers_stop(void);

#endif
