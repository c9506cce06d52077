/* SHA-256 (FIPS 180-4). Host-testable. */
#ifndef SHA256_H
#define SHA256_H

#include <stdint.h>

#define SHA256_SIZE 32

struct sha256 {
    uint32_t state[8];
    uint64_t size;
    uint8_t block[64];
};

void sha256_begin(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const uint8_t *data, uint32_t size);
void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_SIZE]);

#endif
