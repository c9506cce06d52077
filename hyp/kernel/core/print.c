/* Numbers as text, and text straight to the UART. Knows nothing of streams. */
#include "print.h"
#include "uart.h"

#include <stdarg.h>

uint32_t text_decimal(char *out, uint64_t value)
{
    char digits[NUMBER_TEXT];
    uint32_t count = 0, length = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value && count < NUMBER_TEXT);
    while (count)
        out[length++] = digits[--count];
    return length;
}

uint32_t text_hex(char *out, uint64_t value)
{
    uint32_t length = 0, shift = 60;
    out[length++] = '0';
    out[length++] = 'x';
    while (shift && !(value >> shift))
        shift -= 4;
    for (uint32_t left = shift / 4 + 1; left; left--, shift -= 4)
        out[length++] = "0123456789abcdef"[value >> shift & 15];
    return length;
}

static void put(char c)
{
    if (c == '\n')
        uart_write(&console_uart, '\r');
    uart_write(&console_uart, c);
}

void print(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    for (; *format; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        char number[NUMBER_TEXT + 1];
        const char *text = number;
        uint64_t value = va_arg(values, uint64_t);      /* each has a word; the upper half of a short one's means nothing */
        if (*++format == 's')
            text = (const char *)value;
        else if (*format == 'u')
            number[text_decimal(number, (uint32_t)value)] = 0;
        else if (*++format == 'u')
            number[text_decimal(number, value)] = 0;
        else
            number[text_hex(number, value)] = 0;
        while (*text)                   // cppcheck-suppress uninitvar; what is not a text has been written above
            put(*text++);
    }
    va_end(values);
}

struct way_back way_back;

_Noreturn void halt(void)
{
    if (way_back.entry)         /* the boot's tables map this code, too; the loader brings its own stack */
        __asm__ volatile("cli; mov %0, %%cr3; jmp *%1" : : "r"(way_back.root), "r"(way_back.entry));
    for (;;)
        __asm__ volatile("cli; hlt");
}
