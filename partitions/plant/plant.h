/* The simulated plant: a pole on a cart (Barto, Sutton and Anderson 1983, without friction). Owns the physics alone. */
#ifndef PLANT_H
#define PLANT_H

/* SI units: m, m/s, rad, rad/s. Angle 0 is upright, positive to the right. */
struct plant {
    double position;
    double velocity;
    double angle;
    double rate;
};

/* Moves the plant on by `seconds` (at most some 10 ms at a time) under a horizontal force on the cart, in newtons. */
void plant_step(struct plant *plant, double force, double seconds);

#endif
