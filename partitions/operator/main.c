/*
 * An operator: asks for the other schedule from time to time, and shows when it came into force.
 *
 * In the plan: schedules `normal` and `degraded`, and the grant `schedules: [normal, degraded]`.
 */
#include <hyp.h>

#define PERIOD 3 /* windows between two requests */
#define SWITCHES 4

static void show(const char *what)
{
    hyp_schedule_status_t status;

    hyp_schedule_status(&status);
    hyp_printf("%s: %s since %llu ms, next %s", what, hyp_schedule_name(status.current), (unsigned long long)status.since / 1000000,
               hyp_schedule_name(status.next));
    if (status.switch_at != 0)
        hyp_printf(" at %llu ms", (unsigned long long)status.switch_at / 1000000);
    hyp_printf("\n");
}

void partition_main(void)
{
    hyp_schedule_status_t status;

    hyp_mode_set(HYP_MODE_NORMAL);
    show("start");
    for (int n = 0; n < SWITCHES; n++) {
        const char *wanted = n % 2 == 0 ? "degraded" : "normal";

        for (int window = 0; window < PERIOD; window++)
            hyp_yield();
        hyp_schedule_switch(wanted);
        show("asked");
        do {
            hyp_yield();
            hyp_schedule_status(&status);
        } while (status.switch_at != 0);
        show("entered");
    }
    hyp_verdict(1, "switched to and fro");
}
