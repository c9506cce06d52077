/* What the host asks and what it is answered (hyp/abi/loader.py). Host-testable: the UART is all of the machine that it touches. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "frames.h"
#include "image.h"
#include "line.h"
#include "store.h"

struct loader {
    struct line line;
    struct frame_in in;
    struct store store;
    const struct handover *machine;
    struct extent own;                  /* the loader's memory; what is received lies at its end */
    struct image image;
    uint32_t checked;                   /* `image` may be started, with `command_line` */
    char command_line[LOADER_COMMAND_LINE];
};

/* `line` is open; [from, own.end) is for what is received. */
void loader_init(struct loader *loader, const struct handover *machine, struct extent own, uint64_t from);

/* One byte, if one has come, and what follows from it. Nonzero: `image` is to be started. */
int loader_turn(struct loader *loader);

#endif
