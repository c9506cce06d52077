/* Memory and text functions. Owns nothing; must not know that there is a kernel. */
#include <stdint.h>
#include <string.h>

/* Keeps the compiler from seeing a copy or length loop and turning it into a call of the very function it is in. */
#define OPAQUE(value) __asm__("" : "+r"(value))

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
    void *at = to;
    size_t words = count / 8;
    size_t rest = count % 8;

    __asm__ volatile("rep movsq" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    unsigned char *target = to;
    const unsigned char *source = from;

    if ((uintptr_t)to - (uintptr_t)from >= count) /* forwards never overwrites what is still to be read */
        return memcpy(to, from, count);
    while (count > 0) {
        count--;
        target[count] = source[count];
        OPAQUE(count);
    }
    return to;
}

void *memset(void *to, int byte, size_t count)
{
    void *at = to;
    uint64_t pattern = 0x0101010101010101u * (unsigned char)byte;
    size_t words = count / 8;
    size_t rest = count % 8;

    __asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(pattern) : "memory");
    return to;
}

int memcmp(const void *left, const void *right, size_t count)
{
    const unsigned char *a = left;
    const unsigned char *b = right;

    for (size_t i = 0; i < count; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

void *memchr(const void *from, int byte, size_t count)
{
    const unsigned char *bytes = from;

    for (size_t i = 0; i < count; i++)
        if (bytes[i] == (unsigned char)byte)
            return (void *)(uintptr_t)(bytes + i);
    return NULL;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
        OPAQUE(length);
    }
    return length;
}

size_t strnlen(const char *text, size_t most)
{
    size_t length = 0;

    while (length < most && text[length] != '\0')
        length++;
    return length;
}

int strncmp(const char *left, const char *right, size_t most)
{
    for (size_t i = 0; i < most; i++) {
        unsigned char a = (unsigned char)left[i];
        unsigned char b = (unsigned char)right[i];

        if (a != b)
            return a < b ? -1 : 1;
        if (a == '\0')
            return 0;
    }
    return 0;
}

int strcmp(const char *left, const char *right)
{
    return strncmp(left, right, SIZE_MAX);
}

char *strcpy(char *restrict to, const char *restrict from)
{
    return memcpy(to, from, strlen(from) + 1);
}

char *strncpy(char *restrict to, const char *restrict from, size_t count)
{
    size_t length = strnlen(from, count);

    memcpy(to, from, length);
    memset(to + length, 0, count - length);
    return to;
}

char *strchr(const char *text, int byte)
{
    return memchr(text, byte, strlen(text) + 1);
}

char *strrchr(const char *text, int byte)
{
    size_t at = strlen(text) + 1;

    while (at > 0) {
        at--;
        if (text[at] == (char)byte)
            return (char *)(uintptr_t)(text + at);
    }
    return NULL;
}

char *strstr(const char *text, const char *wanted)
{
    size_t length = strlen(wanted);

    for (; strncmp(text, wanted, length) != 0; text++)
        if (*text == '\0')
            return NULL;
    return (char *)(uintptr_t)text;
}
