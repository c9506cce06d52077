/* The conversions e, f and g. Internal to the formatter. */
#ifndef HYP_LIB_FORMAT_DOUBLE_H
#define HYP_LIB_FORMAT_DOUBLE_H

#include "format_output.h"

/* `kind` is one of e E f F g G. */
void double_put(struct output *output, struct conversion *conversion, double value, char kind);

#endif
