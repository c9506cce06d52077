/*
 * The controller of a control loop: answers each measurement on channel `sensor` with a command on channel `actuator`, and
 * tells the logger what it notices.
 *
 * In the plan: a window every 5 ms, after the plant's; sampling ports `sensor` to read and `actuator` to write; a queuing
 * port `log` to send.
 */
#include <hyp.h>

#include "controller.h"

#define KICK 0.8 /* rad/s: a change of the pole's rate between two measurements that no command explains */

static void note(hyp_port_t log, const char *what, double rate)
{
    char text[64];
    int length = hyp_snprintf(text, sizeof text, "%s, the pole turns at %+.2f rad/s", what, rate);

    /* Never waits: a full log must not hold up the loop. */
    hyp_queuing_send(log, text, (size_t)length < sizeof text ? (size_t)length + 1 : sizeof text, 0);
}

void partition_main(void)
{
    hyp_port_t sensor = hyp_port("sensor");
    hyp_port_t actuator = hyp_port("actuator");
    hyp_port_t log = hyp_port("log");
    double last_rate = 0;
    uint64_t measurements = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    for (;; hyp_yield()) {
        struct measurement measurement;
        hyp_sampling_status_t status;

        if (hyp_sampling_read(sensor, &measurement, sizeof measurement, &status) != sizeof measurement || !status.valid)
            continue; /* the old command becomes invalid by itself */

        struct command command = { measurement.at, controller_force(&measurement) };
        hyp_sampling_write(actuator, &command, sizeof command);
        double jump = measurement.rate - last_rate;
        if (measurements == 0)
            note(log, "loop closed", measurement.rate);
        else if (jump > KICK || jump < -KICK)
            note(log, "kicked", measurement.rate);
        measurements++;
        last_rate = measurement.rate;
    }
}
