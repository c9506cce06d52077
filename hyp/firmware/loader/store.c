/* Blocks arrive in any order, some twice; each is written once. */
#include "store.h"
#include "memory.h"

static uint32_t block_size(const struct store *store, uint32_t index)
{
    uint32_t from = index * LOADER_BLOCK;
    return store->size - from < LOADER_BLOCK ? store->size - from : LOADER_BLOCK;
}

static int is_held(const struct store *store, uint32_t index)
{
    return store->held[index / 8] >> index % 8 & 1;
}

static void hold(struct store *store, uint32_t index)
{
    if (is_held(store, index))
        return;
    store->held[index / 8] |= (uint8_t)(1 << index % 8);
    store->missing--;
}

void store_init(struct store *store, void *memory, uint64_t room)
{
    store->memory = memory;
    store->room = room < (uint64_t)LOADER_BLOCKS_MAX * LOADER_BLOCK ? room : (uint64_t)LOADER_BLOCKS_MAX * LOADER_BLOCK;
    store->size = store->blocks = store->missing = store->whole = 0;
    store->session = 0;
}

void store_forget(struct store *store)
{
    memset(store->held, 0, sizeof store->held);
    store->missing = store->blocks;
    store->whole = 0;
}

int store_offer(struct store *store, uint16_t session, const struct loader_offer *offer)
{
    if (offer->size == 0 || offer->size > store->room)
        return 0;
    if (store->size == offer->size && store->session == session && memcmp(store->sha256, offer->sha256, SHA256_SIZE) == 0)
        return 1;
    store->session = session;
    store->size = offer->size;
    store->blocks = (offer->size + LOADER_BLOCK - 1) / LOADER_BLOCK;
    memcpy(store->sha256, offer->sha256, SHA256_SIZE);
    store_forget(store);
    return 1;
}

void store_block(struct store *store, uint32_t index, const uint8_t *data, uint32_t size)
{
    if (index >= store->blocks || size != block_size(store, index) || is_held(store, index))
        return;
    memcpy(store->memory + (uint64_t)index * LOADER_BLOCK, data, size);
    hold(store, index);
}

static void hash_block(const struct store *store, uint32_t index, uint8_t digest[SHA256_SIZE])
{
    struct sha256 sha;
    sha256_begin(&sha);
    sha256_add(&sha, store->memory + (uint64_t)index * LOADER_BLOCK, block_size(store, index));
    sha256_end(&sha, digest);
}

void store_compare(struct store *store, uint32_t first, uint32_t count, const uint8_t *hashes, store_pause *pause, void *owner)
{
    for (uint32_t n = 0; n < count && n < store->blocks && first < store->blocks - n; n++) {
        uint8_t digest[SHA256_SIZE];
        if (is_held(store, first + n))
            continue;
        hash_block(store, first + n, digest);
        if (memcmp(digest, hashes + n * LOADER_HASH, LOADER_HASH) == 0)
            hold(store, first + n);
        pause(owner);
    }
}

void store_map(const struct store *store, uint32_t first, uint32_t count, uint8_t *map)
{
    memset(map, 0, (count + 7) / 8);
    for (uint32_t n = 0; n < count && n < store->blocks && first < store->blocks - n; n++)
        if (!is_held(store, first + n))
            map[n / 8] |= (uint8_t)(1 << n % 8);
}

int store_check(struct store *store, store_pause *pause, void *owner)
{
    struct sha256 sha;
    uint8_t digest[SHA256_SIZE];
    if (store->missing || !store->blocks)
        return 0;
    if (store->whole)
        return 1;
    sha256_begin(&sha);
    for (uint32_t index = 0; index < store->blocks; index++) {
        sha256_add(&sha, store->memory + (uint64_t)index * LOADER_BLOCK, block_size(store, index));
        pause(owner);
    }
    sha256_end(&sha, digest);
    store->whole = memcmp(digest, store->sha256, SHA256_SIZE) == 0;
    return (int)store->whole;
}
