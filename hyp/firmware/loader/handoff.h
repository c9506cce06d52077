/* What the image is told of its machine: the memory map without the loader's own, a command line, ACPI's root, and the way back. */
#ifndef HANDOFF_H
#define HANDOFF_H

#include "image.h"

/*
 * Writes the information in the form of `protocol`, in the loader's memory; its physical address. `back`: where an image that ends may
 * jump to, in the word `loader=` of the command line.
 */
uint32_t handoff_write(enum handover_protocol protocol, const struct handover *machine, struct extent own, const char *command_line, uint64_t back);

#endif
