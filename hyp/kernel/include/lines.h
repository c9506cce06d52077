/* Text of the kernel's own records. */
#ifndef LINES_H
#define LINES_H

#include "core.h"

/* Puts piece `piece`, from 0 on, of a record's line to the console; 0: there is none any more. */
int line_piece(const struct health_record *record, uint32_t piece);

#endif
