/* See decimal.h. Binary to decimal by exact long multiplication and division in base 10^9. */
#include "decimal.h"

#include <stdbool.h>

#define WORDS 34 /* of 32 bits: 1024 bits of integer, or 1074 of fraction */
#define GROUP 1000000000u
#define GROUP_DIGITS 9

/* Appends a group of nine digits; zeros in front of the first digit only move the point, to `zeros`. */
static void group_append(struct decimal *decimal, uint32_t group, int *zeros)
{
    uint32_t divisor = GROUP / 10;

    for (int i = 0; i < GROUP_DIGITS; i++, divisor /= 10) {
        uint8_t digit = (uint8_t)(group / divisor % 10);

        if (decimal->count == 0 && digit == 0)
            (*zeros)++;
        else if (decimal->count < DECIMAL_DIGITS)
            decimal->digits[decimal->count++] = digit;
    }
}

/* mantissa x 2^shift with shift >= 0, as little-endian words; groups come out from the lowest, so they wait in `groups`. */
static void integer_expand(struct decimal *decimal, uint64_t mantissa, int shift)
{
    uint32_t words[WORDS] = { 0 };
    uint32_t groups[36];
    int group_count = 0;
    int zeros = 0;
    unsigned __int128 shifted = (unsigned __int128)mantissa << (shift % 32);

    for (int i = 0; i < 3; i++)
        words[shift / 32 + i] = (uint32_t)(shifted >> (32 * i));
    for (int top = shift / 32 + 2; top >= 0;) {
        uint64_t rest = 0;

        for (int i = top; i >= 0; i--) {
            rest = rest << 32 | words[i];
            words[i] = (uint32_t)(rest / GROUP);
            rest %= GROUP;
        }
        groups[group_count++] = (uint32_t)rest;
        while (top >= 0 && words[top] == 0)
            top--;
    }
    for (int i = group_count - 1; i >= 0; i--)
        group_append(decimal, groups[i], &zeros);
    decimal->point = decimal->count;
}

/* fraction / 2^bits, below 1: each multiplication by 10^9 pushes nine digits over the binary point. */
static void fraction_expand(struct decimal *decimal, uint64_t fraction, int bits)
{
    uint32_t words[WORDS] = { 0 }; /* words[0] holds the lowest bits */
    int count = (bits + 31) / 32;
    int padding = count * 32 - bits;
    unsigned __int128 shifted = (unsigned __int128)fraction << padding;
    int low = 0;
    int zeros = 0;
    bool empty = decimal->count == 0;

    for (int i = 0; i < 3 && i < count; i++)
        words[i] = (uint32_t)(shifted >> (32 * i));
    while (low < count && words[low] == 0)
        low++;
    while (low < count) {
        uint64_t carry = 0;

        for (int i = low; i < count; i++) {
            carry += (uint64_t)words[i] * GROUP;
            words[i] = (uint32_t)carry;
            carry >>= 32;
        }
        group_append(decimal, (uint32_t)carry, &zeros);
        while (low < count && words[low] == 0)
            low++;
    }
    if (empty)
        decimal->point = -zeros;
}

void decimal_expand(struct decimal *decimal, uint64_t bits)
{
    int biased = (int)(bits >> 52 & 0x7ff);
    uint64_t mantissa = bits & 0xfffffffffffffu;
    int exponent = (biased == 0 ? 1 : biased) - 1075; /* the value is mantissa x 2^exponent */

    if (biased != 0)
        mantissa |= 1ull << 52;
    decimal->count = 0;
    decimal->point = 0;
    if (mantissa == 0)
        return;
    if (exponent >= 0) {
        integer_expand(decimal, mantissa, exponent);
    } else {
        if (exponent > -64 && mantissa >> -exponent != 0)
            integer_expand(decimal, mantissa >> -exponent, 0);
        fraction_expand(decimal, exponent > -64 ? mantissa & ((1ull << -exponent) - 1) : mantissa, -exponent);
    }
    while (decimal->count > 0 && decimal->digits[decimal->count - 1] == 0)
        decimal->count--;
}

/* Whether the part from digit `keep` on (0 <= keep < count) makes the part before it one larger. */
static bool round_up(const struct decimal *decimal, int keep)
{
    if (decimal->digits[keep] != 5)
        return decimal->digits[keep] > 5;
    if (keep + 1 < decimal->count) /* trailing zeros are never kept, so there is more than a half */
        return true;
    return keep > 0 && decimal->digits[keep - 1] % 2 == 1;
}

void decimal_round(struct decimal *decimal, int keep)
{
    if (keep >= decimal->count)
        return;
    bool up = keep >= 0 && round_up(decimal, keep);
    decimal->count = keep > 0 ? keep : 0;
    while (up && decimal->count > 0 && decimal->digits[decimal->count - 1] == 9)
        decimal->count--;
    if (up && decimal->count > 0) {
        decimal->digits[decimal->count - 1]++;
    } else if (up) {
        decimal->digits[0] = 1;
        decimal->count = 1;
        decimal->point++;
    }
    while (decimal->count > 0 && decimal->digits[decimal->count - 1] == 0)
        decimal->count--;
}
