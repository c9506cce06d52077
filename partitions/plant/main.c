/*
 * The plant of a control loop: a pole on a cart, simulated, kicked once a second. It sees its controller only through the
 * message on channel `actuator`, and does not push when that is too old.
 *
 * In the plan: a window every 5 ms, a sampling port `sensor` to write and `actuator` to read. The chart shows the cart (#)
 * and the pole's tip (o) every 50 ms.
 */
#include <hyp.h>

#include "chart.h"
#include "messages.h"
#include "plant.h"

#define CHART_PERIOD 50000000u    /* ns */
#define KICK_PERIOD 1000000000u   /* ns */
#define KICK 1.2                  /* rad/s */
#define FALLEN 1.0                /* rad */
#define SETTLED_AFTER 1500000000u /* ns: one start and one kick were survived */

static double seconds(hyp_time_t time)
{
    return (double)time / 1e9;
}

static void measure(hyp_port_t port, const struct plant *plant, hyp_time_t at)
{
    struct measurement measurement = { at, plant->position, plant->velocity, plant->angle, plant->rate };

    hyp_sampling_write(port, &measurement, sizeof measurement);
}

/* The newest command's force; none without a valid one. */
static double force_commanded(hyp_port_t port)
{
    struct command command;
    hyp_sampling_status_t status;

    if (hyp_sampling_read(port, &command, sizeof command, &status) != sizeof command || !status.valid)
        return 0;
    return command.force;
}

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
    hyp_port_t sensor = hyp_port("sensor");
    hyp_port_t actuator = hyp_port("actuator");
    struct plant plant = { .angle = 0.35 };
    hyp_time_t last = info->window_start;
    hyp_time_t chart_at = last;
    hyp_time_t kick_at = last + KICK_PERIOD;
    double kick = -KICK;
    int kicked = 0;
    int judged = 0;

    chart_head();
    hyp_mode_set(HYP_MODE_NORMAL);
    for (;;) {
        /* The release is exact, so the planned instant is the sampling instant. */
        measure(sensor, &plant, last);
        hyp_yield(); /* meanwhile the controller answers */

        hyp_time_t now = info->window_start;
        double force = force_commanded(actuator);
        if (last >= chart_at) {
            chart_print(last, &plant, force, kicked);
            chart_at += CHART_PERIOD;
            kicked = 0;
        }
        if (!judged && (plant.angle > FALLEN || plant.angle < -FALLEN)) {
            hyp_verdict(0, "the pole fell");
            judged = 1;
        } else if (!judged && now >= SETTLED_AFTER) {
            hyp_verdict(1, "the pole stands");
            judged = 1;
        }
        plant_step(&plant, force, seconds(now - last));
        last = now;
        if (now >= kick_at) {
            plant.rate += kick;
            kick = -kick;
            kick_at += KICK_PERIOD;
            kicked = 1;
        }
    }
}
