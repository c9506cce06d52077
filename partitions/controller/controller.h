/* The controller: keeps the pole upright and the cart in the middle. Sees measurements, not the plant. */
#ifndef CONTROLLER_H
#define CONTROLLER_H

#include "../plant/messages.h"

/* The force on the cart, in newtons, for a loop that runs every 5 ms. */
double controller_force(const struct measurement *measurement);

#endif
