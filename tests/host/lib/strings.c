/*
 * The library's memory and text functions against the host's, over all small sizes, offsets and overlaps.
 * The library's are compiled under the names of `rename.h`. Exit status 1 and a line for the first difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECLARE
#include "rename.h"

#define SIZE 40
#define CHECK(condition)                                                            \
    do {                                                                        \
        if (!(condition)) {                                                 \
            printf("line %d: %s (%zu %zu %zu)\n", __LINE__, #condition, a, b, c); \
            exit(1);                                                    \
        }                                                                   \
    } while (0)

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void fill(char *ours, char *theirs)
{
    for (int i = 0; i < SIZE; i++)
        ours[i] = theirs[i] = (char)(i * 37 + 1);
}

static void memory(size_t a, size_t b, size_t c)
{
    char ours[SIZE], theirs[SIZE], source[SIZE];

    fill(ours, source);
    fill(ours, theirs);
    CHECK(lib_memmove(ours + a, ours + b, c) == ours + a);
    memmove(theirs + a, theirs + b, c);
    CHECK(memcmp(ours, theirs, SIZE) == 0);
    CHECK(lib_memcpy(ours + a, source + b, c) == ours + a);
    memcpy(theirs + a, source + b, c);
    CHECK(memcmp(ours, theirs, SIZE) == 0);
    CHECK(sign(lib_memcmp(ours + a, ours + b, c)) == sign(memcmp(ours + a, ours + b, c)));
    CHECK(lib_memchr(ours + a, ours[b], c) == memchr(ours + a, ours[b], c));
    CHECK(lib_memset(ours + a, (int)(b * 13 + 200), c) == ours + a);
    memset(theirs + a, (int)(b * 13 + 200), c);
    CHECK(memcmp(ours, theirs, SIZE) == 0);
}

static void text(const char *left, const char *right)
{
    size_t a = 0, b = 0;

    for (size_t c = 0; c < 8; c++) {
        char ours[16], theirs[16];

        CHECK(sign(lib_strncmp(left, right, c)) == sign(strncmp(left, right, c)));
        CHECK(lib_strnlen(left, c) == strnlen(left, c));
        memset(ours, 'z', sizeof ours);
        memset(theirs, 'z', sizeof theirs);
        CHECK(lib_strncpy(ours, left, c) == ours);
        strncpy(theirs, left, c);
        CHECK(memcmp(ours, theirs, sizeof ours) == 0);
        CHECK(lib_strcpy(ours, right) == ours);
        CHECK(strcmp(ours, right) == 0);
    }
    size_t c = 0;
    CHECK(sign(lib_strcmp(left, right)) == sign(strcmp(left, right)));
    CHECK(lib_strlen(left) == strlen(left));
    CHECK(lib_strstr(left, right) == strstr(left, right));
    CHECK(lib_strchr(left, right[0]) == strchr(left, right[0]));
    CHECK(lib_strrchr(left, right[0]) == strrchr(left, right[0]));
}

int main(void)
{
    static const char *const texts[] = { "", "a", "b", "ab", "abc", "abd", "aab", "bca", "abcabc", "\x80", "a\x80", "\xff" };
    const size_t count = sizeof texts / sizeof texts[0];

    for (size_t a = 0; a < 20; a++)
        for (size_t b = 0; b < 20; b++)
            for (size_t c = 0; c <= 20; c++)
                memory(a, b, c);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            text(texts[i], texts[j]);
    puts("equal");
    return 0;
}
