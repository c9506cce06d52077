/* The file that is being received, block by block, in the loader's own memory. What lies there from before counts when its hash is right. */
#ifndef STORE_H
#define STORE_H

#include "hyp_loader.h"
#include "sha256.h"

struct store {
    uint8_t *memory;
    uint64_t room;                      /* bytes */
    uint32_t size, blocks, missing;     /* of the file on offer; 0: none */
    uint32_t whole;                     /* its SHA-256 was found right after the last block came */
    uint16_t session;
    uint8_t sha256[SHA256_SIZE];
    uint8_t held[LOADER_BLOCKS_MAX / 8];
};

/* Called while something takes long. */
typedef void store_pause(void *owner);

void store_init(struct store *store, void *memory, uint64_t room);

/* Zero: it does not fit. An offer that is known already changes nothing. */
int store_offer(struct store *store, uint16_t session, const struct loader_offer *offer);

void store_block(struct store *store, uint32_t index, const uint8_t *data, uint32_t size);
void store_compare(struct store *store, uint32_t first, uint32_t count, const uint8_t *hashes, store_pause *pause, void *owner);

/* `map` gets a bit for each of `count` blocks; those beyond the file are not missing. */
void store_map(const struct store *store, uint32_t first, uint32_t count, uint8_t *map);

/* Nonzero: all blocks are there and the file's SHA-256 is right. */
int store_check(struct store *store, store_pause *pause, void *owner);

/* The memory is about to be something else's, or the file is not what it should be: all blocks are missing again. */
void store_forget(struct store *store);

#endif
