/*
 * A closed control loop: a pole on a cart, kept upright by a controller, kicked once a second.
 *
 * Plant and controller meet only in `struct measurement` and a force, so each could be a partition of its own.
 * In the plan: a window every 5 ms. The chart shows the cart (#) and the pole's tip (o) every 50 ms.
 */
#include <hyp.h>

#include "chart.h"
#include "controller.h"
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

void partition_main(void)
{
    const volatile hyp_info_t *info = hyp_info();
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
        struct measurement measurement = { plant.position, plant.velocity, plant.angle, plant.rate };
        double force = controller_force(&measurement);

        /* The release is exact, so the planned instant is the sampling instant. */
        hyp_time_t now = info->window_start;
        if (now >= chart_at) {
            chart_print(now, &plant, force, kicked);
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
        hyp_yield();

        hyp_time_t next = info->window_start;
        plant_step(&plant, force, seconds(next - last));
        last = next;
        if (next >= kick_at) {
            plant.rate += kick;
            kick = -kick;
            kick_at += KICK_PERIOD;
            kicked = 1;
        }
    }
}
