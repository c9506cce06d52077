/* See controller.h. State feedback; the gains solve the discrete Riccati equation of the linearised plant at 200 Hz. */
#include "controller.h"

#define GAIN_POSITION 173.8 /* N/m */
#define GAIN_VELOCITY 129.3 /* N s/m */
#define GAIN_ANGLE 461.1    /* N/rad */
#define GAIN_RATE 120.5     /* N s/rad */
#define FORCE_MAX 30.0      /* N: what the cart's motor can do */

double controller_force(const struct measurement *measurement)
{
    double force = GAIN_POSITION * measurement->position + GAIN_VELOCITY * measurement->velocity +
                   GAIN_ANGLE * measurement->angle + GAIN_RATE * measurement->rate;

    if (force > FORCE_MAX)
        return FORCE_MAX;
    if (force < -FORCE_MAX)
        return -FORCE_MAX;
    return force;
}
