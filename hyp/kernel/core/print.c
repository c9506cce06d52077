/* Numbers as text, and text straight to the console. Knows nothing of streams. */
#include "print.h"
#include "console.h"
#include "packet.h"

#include <stdarg.h>

int print_packets;

const char *text_number(char *out, uint64_t value, uint32_t base)
{
    out += NUMBER_TEXT;
    *out = 0;
    do {
        *--out = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (base == 16) {
        *--out = 'x';
        *--out = '0';
    }
    return out;
}

/* Framed: a zero byte ends each line, so that what is cut before a panic, and what follows, stays apart from it. */
static void put(char c)
{
    if (print_packets) {
        kernel_put(c);
        if (c == '\n')
            console_flush(this_core());
        return;
    }
    if (c == '\n')
        uart_write(&console_out.uart, '\r');
    uart_write(&console_out.uart, c);
    if (c == '\n' && the_plan()->console_mode == CONSOLE_FRAMED)
        uart_write(&console_out.uart, 0);
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
        const char *text;
        uint64_t value = va_arg(values, uint64_t);      /* each has a word; the upper half of a short one's means nothing */
        if (*++format == 's')
            text = (const char *)value;
        else if (*format == 'u')
            text = text_number(number, (uint32_t)value, 10);
        else if (*++format == 'u')
            text = text_number(number, value, 10);
        else
            text = text_number(number, value, 16);
        while (*text)
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
