/* Formatting as in C's printf family (C11 7.21.6.1), into memory. Knows no kernel, so the host can test it. */
#ifndef HYP_LIB_FORMAT_H
#define HYP_LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Writes the characters [skip, skip + size) of the formatted text into `buffer`, without a NUL, and returns the
 * length of the whole text. A conversion that is not supported appears as it was written and takes no argument.
 */
size_t format_text(char *buffer, size_t size, size_t skip, const char *format, va_list arguments);

#endif
