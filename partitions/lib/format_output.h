/* Where formatted text goes, and the padding that all conversions share. Internal to the formatter. */
#ifndef HYP_LIB_FORMAT_OUTPUT_H
#define HYP_LIB_FORMAT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* A window [skip, skip + size) on the text; `total` counts all of it. */
struct output {
    char *buffer;
    size_t size;
    size_t skip;
    size_t total;
};

struct conversion {
    bool left, zero, alternate;
    char sign;     /* shown before a number that is not negative: '+', ' ' or NUL */
    int width;
    int precision; /* negative: none given */
};

void output_put(struct output *output, const char *text, size_t count);
void output_repeat(struct output *output, char character, int count);

/*
 * Writes what stands before a body of `count` characters: spaces, prefix, or prefix and zeros.
 * Returns the number of spaces that the caller writes after the body.
 */
int output_open(struct output *output, const struct conversion *conversion, const char *prefix, int count);

#endif
