/* What plant and controller tell each other, in SI units. Each field is 8 bytes, so there is no padding to agree on. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <hyp.h>

/* Channel `sensor`: what the plant's sensors see. */
struct measurement {
    hyp_time_t at; /* ns: the sampling instant */
    double position;
    double velocity;
    double angle;
    double rate;
};

/* Channel `actuator`: the force on the cart. */
struct command {
    hyp_time_t measured_at; /* ns: the measurement that it answers */
    double force;
};

#endif
