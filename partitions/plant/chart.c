/* See chart.h. */
#include "chart.h"

#include <string.h>

#define COLUMNS 35
#define PER_METRE 25.0  /* columns */
#define PER_RADIAN 22.0 /* columns that the tip moves away from the cart */
#define DEGREES 57.29577951308232

static int column(double offset)
{
    int place = COLUMNS / 2 + (int)(offset < 0 ? offset - 0.5 : offset + 0.5);

    return place < 0 ? 0 : place >= COLUMNS ? COLUMNS - 1 : place;
}

void chart_head(void)
{
    hyp_printf("%7s  %-37s%10s %7s %7s\n", "time", "cart #, pole's tip o", "pole", "cart", "force");
}

void chart_print(hyp_time_t now, const struct plant *plant, double force, int kicked)
{
    char track[COLUMNS + 1];

    memset(track, ' ', COLUMNS);
    track[COLUMNS] = '\0';
    track[COLUMNS / 2] = ':';
    track[column(plant->position * PER_METRE)] = '#';
    track[column(plant->position * PER_METRE + plant->angle * PER_RADIAN)] = 'o';
    hyp_printf("%5.2f s [%s] %+6.1f deg %+5.2f m %+5.1f N%s\n", (double)now / 1e9, track, plant->angle * DEGREES,
               plant->position, force, kicked ? " <- kick" : "");
}
