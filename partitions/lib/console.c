/* Text to the partition's console stream. */
#include <limits.h>
#include <stdarg.h>

#include "format.h"
#include "hyp.h"
#include "hypercall.h"

hyp_result_t hyp_console_write(const void *text, size_t length)
{
    const char *bytes = text;
    size_t taken = 0;

    while (taken < length) {
        /* All that is left is offered each time, so that the kernel's drop count is the whole of what did not fit. */
        size_t left = length - taken;
        hyp_result_t result = hypercall(HYP_CALL_CONSOLE_WRITE, (uintptr_t)(bytes + taken), left, 0);

        if (result < 0)
            return taken > 0 ? (hyp_result_t)taken : result;
        taken += (size_t)result;
        if ((size_t)result < (left < HYP_CONSOLE_WRITE_MAX ? left : HYP_CONSOLE_WRITE_MAX))
            break; /* full; waiting would cost the window */
    }
    return (hyp_result_t)taken;
}

hyp_result_t hyp_console_read(void *buffer, size_t size)
{
    return hypercall(HYP_CALL_CONSOLE_READ, (uintptr_t)buffer, size, 0);
}

static int length_result(size_t length)
{
    return length > INT_MAX ? INT_MAX : (int)length;
}

int hyp_printf(const char *format, ...)
{
    char buffer[HYP_CONSOLE_WRITE_MAX];
    size_t done = 0;
    size_t length;

    /* One pass for all but very long texts, which are formatted again for each further piece. */
    do {
        va_list arguments;

        va_start(arguments, format);
        length = format_text(buffer, sizeof buffer, done, format, arguments);
        va_end(arguments);
        size_t piece = length - done < sizeof buffer ? length - done : sizeof buffer;
        hyp_console_write(buffer, piece);
        done += piece;
    } while (done < length);
    return length_result(length);
}

int hyp_snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    size_t length = format_text(buffer, size > 0 ? size - 1 : 0, 0, format, arguments);
    va_end(arguments);
    if (size > 0)
        buffer[length < size ? length : size - 1] = '\0';
    return length_result(length);
}
