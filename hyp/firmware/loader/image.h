/* A received ELF64 image: whether it can be started here, and by which convention. Touches no device. Host-testable. */
#ifndef IMAGE_H
#define IMAGE_H

#include "handover.h"
#include "hyp_loader.h"

struct image {
    const uint8_t *file;
    uint32_t size;
    uint32_t entry;                     /* physical, for 32-bit protected mode */
    enum handover_protocol protocol;
};

/* Physical memory [start, end). */
struct extent {
    uint64_t start, end;
};

/* RESULT_OK, or why not; `where` says where, when there is a place. `own` is the loader's memory. */
uint32_t image_check(struct image *image, const struct handover *machine, struct extent own, struct extent *where);

/* Its segments into place, with zeros behind them. Only after image_check. */
void image_place(const struct image *image);

#endif
