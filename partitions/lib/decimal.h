/*
 * A double as decimal digits, exactly. Only in builds with an FPU: the others cannot pass doubles.
 *
 * Integer arithmetic throughout, so that the text does not depend on rounding modes.
 */
#ifndef HYP_LIB_DECIMAL_H
#define HYP_LIB_DECIMAL_H

#include <stdint.h>

/* The longest expansion of a double has 767 significant digits (2^-1074 times an odd 53-bit number). */
#define DECIMAL_DIGITS 800

/* The value is 0.d1d2d3... x 10^point; count 0 is zero. The first digit is not 0. Digits are 0 to 9, not characters. */
struct decimal {
    int count;
    int point;
    uint8_t digits[DECIMAL_DIGITS];
};

/* Expands the magnitude of a finite double that is given by its bits (IEEE 754 binary64); the sign is ignored. */
void decimal_expand(struct decimal *decimal, uint64_t bits);

/* Keeps the first `keep` digits (0 or fewer: none), rounding half to even; may carry into a new first digit. */
void decimal_round(struct decimal *decimal, int keep);

#endif
