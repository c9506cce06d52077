/* The report: lines of `subject name=value ...`, kept in memory, so that one that was damaged on the way can be sent again unchanged. */
#ifndef REPORT_H
#define REPORT_H

#include "serial.h"

#include <stdint.h>

void report_line(const char *subject);              /* begins a line; the one before it is complete */
void report_text(const char *name, const char *value, uint32_t most);   /* at most that many characters; what is not printable as %XX */
void report_word(const char *name, const char *value);                  /* a constant of ours */
void report_number(const char *name, uint64_t value);
void report_hex(const char *name, uint64_t value);
void report_end(void);                              /* no more lines; the report gets its name, from its contents */

uint32_t report_count(void);

/* Line `number`, from 1: `hyp-probe NAME NUMBER/COUNT TEXT *CRC-32`. Nothing for a number that there is not. */
void report_send(struct serial *serial, uint32_t number);

#endif
