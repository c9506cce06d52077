/* Text straight to the console, while no partition runs: boot, panic, end of the run. */
#ifndef PRINT_H
#define PRINT_H

#include <stdint.h>

#define NUMBER_TEXT 20              /* characters of the longest number, decimal or 0x and 16 digits less two */

const char *text_number(char *out, uint64_t value, uint32_t base);   /* `out` has NUMBER_TEXT + 1 bytes, the text is at its end; 16: 0x.. */

extern int print_packets;           /* framed, and the drain is done: lines go in packets. A panic goes without */

/* Of printf's conversions those that the kernel needs: %s, %u, %lu and %lx, which is written as text_number does. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* To a resident loader (hyp/firmware/loader): the boot's page tables, and an address in them. entry 0: there is none. */
struct way_back {
    uint64_t root, entry;
};

extern struct way_back way_back;

_Noreturn void halt(void);                          /* or back to the loader, which then takes the next image */

#endif
