/* The kernel's decimal and hexadecimal text of one number, in buffers of just the declared size. */
#include <stdio.h>
#include <stdlib.h>

#include "print.h"
#include "uart.h"

struct uart console_uart;

void uart_write(struct uart *uart, char byte)
{
    (void)uart;
    (void)byte;
    abort();
}

int main(int count, char **words)
{
    char *out = malloc(NUMBER_TEXT);
    uint64_t value = strtoull(words[count - 1], NULL, 10);
    printf("%.*s ", (int)text_decimal(out, value), out);
    printf("%.*s\n", (int)text_hex(out, value), out);
    free(out);
    return 0;
}
