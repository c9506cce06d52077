/*
 * Formats each request twice, by the partition library and by the host's C library, and prints both results.
 *
 * A request is three lines: kind, format, value. Kinds: i int, l 64-bit integer, d double (its bits), s text, p address,
 * w int after a width and a precision (`width precision value`). Values of i, l, d and p are decimal integers.
 * `skip` says which window of our text is printed: it is reassembled from pieces, so that windows are under test too.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define TEXT 8192
#define PIECE 7

static size_t ours(char *out, const char *format, ...)
{
    size_t done = 0;
    size_t length;

    do {
        va_list arguments;

        va_start(arguments, format);
        length = format_text(out + done, TEXT - 1 - done < PIECE ? TEXT - 1 - done : PIECE, done, format, arguments);
        va_end(arguments);
        done += PIECE;
    } while (done < length && done < TEXT - PIECE - 1);
    out[length < TEXT - 1 ? length : TEXT - 1] = '\0';
    return length;
}

static int line_read(char *line, size_t size)
{
    if (fgets(line, (int)size, stdin) == NULL)
        return 0;
    line[strcspn(line, "\n")] = '\0';
    return 1;
}

#define BOTH(...)                                                          \
    do {                                                               \
        length = (long)ours(left, format, __VA_ARGS__);            \
        expected = snprintf(right, TEXT, format, __VA_ARGS__);     \
    } while (0)

int main(void)
{
    static char kind[8], format[256], value[1024], left[TEXT], right[TEXT];
    double real;
    long length = 0;
    int width, precision, number, expected = 0;

    while (line_read(kind, sizeof kind) && line_read(format, sizeof format) && line_read(value, sizeof value)) {
        uint64_t bits = strtoull(value, NULL, 10);

        switch (kind[0]) {
        case 'i': BOTH((int)bits); break;
        case 'l': BOTH((long long)bits); break;
        case 'd':
            memcpy(&real, &bits, sizeof real);
            BOTH(real);
            break;
        case 's': BOTH(value); break;
        case 'p': BOTH((void *)(uintptr_t)bits); break;
        case 'w':
            if (sscanf(value, "%d %d %d", &width, &precision, &number) != 3)
                return 2;
            BOTH(width, precision, number);
            break;
        default: return 2;
        }
        printf("%ld %s\n%d %s\n", length, left, expected, right);
        fflush(stdout);
    }
    return 0;
}
