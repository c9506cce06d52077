/* One line of a strip chart: the cart, the pole's tip, and the numbers. Owns how it looks. */
#ifndef CHART_H
#define CHART_H

#include <hyp.h>

#include "plant.h"

/* What the columns are. */
void chart_head(void);
void chart_print(hyp_time_t now, const struct plant *plant, double force, int kicked);

#endif
