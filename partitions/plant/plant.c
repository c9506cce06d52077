/* See plant.h. */
#include "plant.h"

#define CART 1.0     /* kg */
#define POLE 0.1     /* kg */
#define HALF 0.5     /* m, from the joint to the pole's centre of mass */
#define GRAVITY 9.81 /* m/s^2 */
#define SUBSTEPS 5   /* of one step: keeps the error of the integration far below what the chart shows */

/* Taylor series to the 9th and 8th power: better than 1e-6 up to a right angle, and a fallen pole needs no more. */
static double sine(double x)
{
    double square = x * x;

    return x * (1.0 - square / 6 * (1.0 - square / 20 * (1.0 - square / 42 * (1.0 - square / 72))));
}

static double cosine(double x)
{
    double square = x * x;

    return 1.0 - square / 2 * (1.0 - square / 12 * (1.0 - square / 30 * (1.0 - square / 56)));
}

void plant_step(struct plant *plant, double force, double seconds)
{
    double step = seconds / SUBSTEPS;

    for (int i = 0; i < SUBSTEPS; i++) {
        double sin = sine(plant->angle);
        double cos = cosine(plant->angle);
        double push = (force + POLE * HALF * plant->rate * plant->rate * sin) / (CART + POLE);
        double turn = (GRAVITY * sin - cos * push) / (HALF * (4.0 / 3 - POLE * cos * cos / (CART + POLE)));
        double move = push - POLE * HALF * turn * cos / (CART + POLE);

        /* Velocities first: the semi-implicit form does not gain energy from step to step. */
        plant->velocity += move * step;
        plant->rate += turn * step;
        plant->position += plant->velocity * step;
        plant->angle += plant->rate * step;
    }
}
