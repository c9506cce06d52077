/* See format.h. Owns the reading of the format and the integer and text conversions. */
#include "format.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "format_output.h"
#ifdef __SSE2__
#include "format_double.h"
#endif

enum length { LENGTH_INT, LENGTH_CHAR, LENGTH_SHORT, LENGTH_LONG };

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static const char *flags_read(struct conversion *conversion, const char *at)
{
    for (;; at++) {
        switch (*at) {
        case '-': conversion->left = true; break;
        case '0': conversion->zero = true; break;
        case '+': conversion->sign = '+'; break;
        case ' ':
            if (conversion->sign == '\0')
                conversion->sign = ' ';
            break;
        case '#': conversion->alternate = true; break;
        default: return at;
        }
    }
}

/* A decimal number of at most six digits: more would only be a mistake, and cannot overflow this way. */
static const char *number_read(int *number, const char *at)
{
    *number = 0;
    for (; is_digit(*at); at++)
        if (*number < 100000)
            *number = *number * 10 + (*at - '0');
    return at;
}

static const char *length_read(enum length *length, const char *at)
{
    switch (*at) {
    case 'h':
        *length = at[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
        return at + (at[1] == 'h' ? 2 : 1);
    case 'l':
        *length = LENGTH_LONG; /* l and ll are both 64 bits */
        return at + (at[1] == 'l' ? 2 : 1);
    case 'z':
    case 'j':
    case 't':
        *length = LENGTH_LONG;
        return at + 1;
    default:
        *length = LENGTH_INT;
        return at;
    }
}

/* The value cut to its length, sign-extended for `d`. */
static uint64_t integer_cut(uint64_t value, enum length length, bool is_signed)
{
    switch (length) {
    case LENGTH_CHAR: return is_signed ? (uint64_t)(int64_t)(int8_t)value : (uint8_t)value;
    case LENGTH_SHORT: return is_signed ? (uint64_t)(int64_t)(int16_t)value : (uint16_t)value;
    case LENGTH_INT: return is_signed ? (uint64_t)(int64_t)(int32_t)value : (uint32_t)value;
    default: return value;
    }
}

static void integer_put(struct output *output, struct conversion *conversion, uint64_t value, char kind)
{
    const char *alphabet = kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = kind == 'o' ? 8 : kind == 'x' || kind == 'X' ? 16 : 10;
    bool is_signed = kind == 'd';
    char digits[24];
    char prefix[4] = "";
    size_t at = sizeof digits;
    uint64_t rest = value;

    if (is_signed && (int64_t)value < 0) {
        prefix[0] = '-';
        rest = 0 - value;
    } else if (is_signed) {
        prefix[0] = conversion->sign;
    }
    for (; rest != 0; rest /= base)
        digits[--at] = alphabet[rest % base];
    int count = (int)(sizeof digits - at);
    int least = conversion->precision < 0 ? 1 : conversion->precision;
    if (conversion->alternate && base == 8 && count >= least)
        least = count + 1;
    if (conversion->alternate && base == 16 && value != 0) {
        prefix[0] = '0';
        prefix[1] = kind;
    }
    if (conversion->precision >= 0)
        conversion->zero = false; /* C11: 0 is ignored where a precision is given */
    int zeros = least > count ? least - count : 0;
    int fill = output_open(output, conversion, prefix, zeros + count);
    output_repeat(output, '0', zeros);
    output_put(output, digits + at, (size_t)count);
    output_repeat(output, ' ', fill);
}

static void text_put(struct output *output, struct conversion *conversion, const char *text)
{
    const char *shown = text != NULL ? text : "(null)";
    size_t count = conversion->precision < 0 ? strlen(shown) : strnlen(shown, (size_t)conversion->precision);

    conversion->zero = false;
    int fill = output_open(output, conversion, "", (int)count);
    output_put(output, shown, count);
    output_repeat(output, ' ', fill);
}

/* `at` stands behind a percent sign; returns behind the conversion. */
static const char *conversion_put(struct output *output, const char *at, va_list *arguments)
{
    const char *start = at;
    struct conversion conversion = { .precision = -1 };
    enum length length;
    char single;

    at = flags_read(&conversion, at);
    if (*at == '*') {
        conversion.width = va_arg(*arguments, int);
        if (conversion.width < 0) {
            conversion.left = true;
            conversion.width = conversion.width == INT32_MIN ? 0 : -conversion.width;
        }
        at++;
    } else {
        at = number_read(&conversion.width, at);
    }
    if (*at == '.' && at[1] == '*') {
        conversion.precision = va_arg(*arguments, int);
        at += 2;
    } else if (*at == '.') {
        at = number_read(&conversion.precision, at + 1);
    }
    at = length_read(&length, at);

    switch (*at) {
    case 'd':
    case 'i':
        if (length == LENGTH_LONG)
            integer_put(output, &conversion, (uint64_t)va_arg(*arguments, int64_t), 'd');
        else
            integer_put(output, &conversion, integer_cut((uint64_t)va_arg(*arguments, int), length, true), 'd');
        return at + 1;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        if (length == LENGTH_LONG)
            integer_put(output, &conversion, va_arg(*arguments, uint64_t), *at);
        else
            integer_put(output, &conversion, integer_cut(va_arg(*arguments, unsigned), length, false), *at);
        return at + 1;
    case 'p':
        conversion.alternate = true;
        integer_put(output, &conversion, (uintptr_t)va_arg(*arguments, void *), 'x');
        return at + 1;
    case 'c':
        single = (char)va_arg(*arguments, int);
        conversion.zero = false;
        int fill = output_open(output, &conversion, "", 1);
        output_put(output, &single, 1);
        output_repeat(output, ' ', fill);
        return at + 1;
    case 's':
        text_put(output, &conversion, va_arg(*arguments, const char *));
        return at + 1;
#ifdef __SSE2__
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        double_put(output, &conversion, va_arg(*arguments, double), *at);
        return at + 1;
#endif
    case '%':
        output_put(output, "%", 1);
        return at + 1;
    case '\0':
        output_put(output, start - 1, (size_t)(at - start + 1));
        return at;
    default:
        output_put(output, start - 1, (size_t)(at - start + 2));
        return at + 1;
    }
}

size_t format_text(char *buffer, size_t size, size_t skip, const char *format, va_list arguments)
{
    struct output output = { .buffer = buffer, .size = size, .skip = skip };
    va_list rest; /* a parameter of this type has decayed to a pointer, whose address is another type */

    va_copy(rest, arguments);
    while (*format != '\0') {
        const char *plain = format;

        while (*format != '\0' && *format != '%')
            format++;
        output_put(&output, plain, (size_t)(format - plain));
        if (*format == '%')
            format = conversion_put(&output, format + 1, &rest);
    }
    va_end(rest);
    return output.total;
}
