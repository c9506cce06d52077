/* What the boot loader hands over, by multiboot2 (specification 2.0, 3.6) or PVH (Xen, public/arch-x86/hvm/start_info.h). Copied: the original may go. */
#ifndef HANDOVER_H
#define HANDOVER_H

#include <stdint.h>

#define HANDOVER_TEXT 256
#define HANDOVER_REGIONS 192
#define RSDP_SIZE 36

enum handover_protocol { HANDOVER_NONE, HANDOVER_PVH, HANDOVER_MULTIBOOT2 };

/* Types of both protocols, which are those of ACPI's address map (ACPI 6.4, table 15.5). */
enum region_type { REGION_RAM = 1, REGION_RESERVED = 2, REGION_ACPI = 3, REGION_NVS = 4, REGION_BAD = 5 };

struct region {
    uint64_t start, size;
    uint32_t type;
};

struct handover {
    enum handover_protocol protocol;
    int uefi;                           /* the loader was started by UEFI firmware */
    uint64_t rsdp;                      /* address of ACPI's root pointer or of the loader's copy of it; 0: not told */
    char rsdp_copy[RSDP_SIZE];
    char command_line[HANDOVER_TEXT], loader_name[HANDOVER_TEXT];
    uint32_t region_count, regions_dropped;
    struct region regions[HANDOVER_REGIONS];
};

/* magic: eax at entry, 0 for PVH; info: ebx. Zero when neither protocol is recognised; the record then is empty. */
int handover_read(struct handover *handover, uint32_t magic, uint64_t info);

/* The value after `name=` in the command line, decimal or 0x; `otherwise` when it is not there or no number. */
uint64_t handover_number(const struct handover *handover, const char *name, uint64_t otherwise);

#endif
