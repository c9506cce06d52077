/* Numbers as text, and text straight to the UART. Knows nothing of streams. */
#include "print.h"
#include "uart.h"

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

void print(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            uart_write(&console_uart, '\r');
        uart_write(&console_uart, *text);
    }
}

void print_decimal(uint64_t value)
{
    char out[NUMBER_TEXT + 1];
    out[text_decimal(out, value)] = 0;
    print(out);
}

void print_hex(uint64_t value)
{
    char out[NUMBER_TEXT + 1];
    out[text_hex(out, value)] = 0;
    print(out);
}

void print_pair(const char *name, uint64_t value)
{
    print(name);
    print_decimal(value);
}

_Noreturn void halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}
