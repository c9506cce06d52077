/* The kernel's decimal and hexadecimal text of one number, in buffers of just the declared size. */
#include <stdio.h>
#include <stdlib.h>

#include "console.h"
#include "packet.h"
#include "print.h"

char host_plan_base[65536];
struct sender console_out;

struct core *host_core;

void kernel_put(char c)
{
    (void)c;
    abort();
}

void console_flush(struct core *core)
{
    (void)core;
    abort();
}

void uart_write(struct uart *uart, char byte)
{
    (void)uart;
    (void)byte;
    abort();
}

int main(int count, char **words)
{
    char *out = malloc(NUMBER_TEXT + 1);
    uint64_t value = strtoull(words[count - 1], NULL, 10);
    printf("%s ", text_number(out, value, 10));
    printf("%s\n", text_number(out, value, 16));
    free(out);
    return 0;
}
