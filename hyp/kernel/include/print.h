/* Text straight to the console, while no partition runs: boot, panic, end of the run. */
#ifndef PRINT_H
#define PRINT_H

#include <stdint.h>

#define NUMBER_TEXT 20              /* characters of the longest number, decimal or 0x and 16 digits less two */

uint32_t text_decimal(char *out, uint64_t value);   /* both return the characters written, without a NUL */
uint32_t text_hex(char *out, uint64_t value);       /* 0x and no leading zeros */

/* Of printf's conversions those that the kernel needs: %s, %u, %lu and %lx, which is written as text_hex does. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* To a resident loader (hyp/firmware/loader): the boot's page tables, and an address in them. entry 0: there is none. */
struct way_back {
    uint64_t root, entry;
};

extern struct way_back way_back;

_Noreturn void halt(void);                          /* or back to the loader, which then takes the next image */

#endif
