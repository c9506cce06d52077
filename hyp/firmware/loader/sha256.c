/* One block of 64 bytes at a time; words are big-endian. */
#include "sha256.h"
#include "memory.h"

#define BLOCK 64

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turned(uint32_t value, uint32_t by)
{
    return value >> by | value << (32 - by);
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* FIPS 180-4, 6.2.2. */
static void compress(struct sha256 *sha)
{
    uint32_t words[64], v[8];
    for (uint32_t t = 0; t < 16; t++)
        words[t] = big_endian(sha->block + 4 * t);
    for (uint32_t t = 16; t < 64; t++) {
        uint32_t early = words[t - 15], late = words[t - 2];
        words[t] = (turned(late, 17) ^ turned(late, 19) ^ late >> 10) + words[t - 7] +
                   (turned(early, 7) ^ turned(early, 18) ^ early >> 3) + words[t - 16];
    }
    memcpy(v, sha->state, sizeof v);
    for (uint32_t t = 0; t < 64; t++) {
        uint32_t one = v[7] + (turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) +
                       constants[t] + words[t];
        uint32_t two = (turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        for (uint32_t n = 7; n > 0; n--)
            v[n] = v[n - 1];
        v[4] += one;
        v[0] = one + two;
    }
    for (uint32_t n = 0; n < 8; n++)
        sha->state[n] += v[n];
}

void sha256_begin(struct sha256 *sha)
{
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(sha->state, initial, sizeof initial);
    sha->size = 0;
}

void sha256_add(struct sha256 *sha, const uint8_t *data, uint32_t size)
{
    while (size) {
        uint32_t at = sha->size % BLOCK, part = BLOCK - at < size ? BLOCK - at : size;
        memcpy(sha->block + at, data, part);
        sha->size += part;
        data += part;
        size -= part;
        if (sha->size % BLOCK == 0)
            compress(sha);
    }
}

void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_SIZE])
{
    static const uint8_t padding[BLOCK] = {0x80};
    uint64_t bits = sha->size * 8;
    uint8_t length[8];
    for (uint32_t n = 0; n < 8; n++)
        length[n] = (uint8_t)(bits >> (56 - 8 * n));
    sha256_add(sha, padding, 1 + (uint32_t)((2 * BLOCK - 9 - sha->size % BLOCK) % BLOCK));
    sha256_add(sha, length, sizeof length);
    for (uint32_t n = 0; n < SHA256_SIZE; n++)
        digest[n] = (uint8_t)(sha->state[n / 4] >> (24 - 8 * (n % 4)));
}
