/* The controller: keeps the pole upright and the cart in the middle. Sees measurements, not the plant. */
#ifndef CONTROLLER_H
#define CONTROLLER_H

/* What sensors would give, in the plant's units. */
struct measurement {
    double position;
    double velocity;
    double angle;
    double rate;
};

/* The force on the cart, in newtons, for a loop that runs every 5 ms. */
double controller_force(const struct measurement *measurement);

#endif
