/*
 * Does what `args` says while the kernel finds events of it, all of which come to a handler: says so, and how its call ended, with the
 * ms at which that was.
 */
#include <hyp.h>
#include <string.h>

#define MS 1000000u
#define UNTIL (120 * MS)

static void said(const char *what)
{
    hyp_printf("%u ms: %s\n", (unsigned)(hyp_time() / MS), what);
}

static void on_trap(hyp_frame_t *frame)
{
    said(hyp_health_event_name((uint32_t)frame->vector));
}

static void handle(void)
{
    hyp_on_trap(HYP_HEALTH_WATCHDOG, on_trap);
    hyp_on_trap(HYP_HEALTH_OVERRUN, on_trap);
    hyp_on_trap(HYP_HEALTH_DEADLINE_MISSED, on_trap);
}

static hyp_result_t yields(int count)
{
    while (--count > 0)
        hyp_yield();
    return hyp_yield();
}

static void act(const char *what)
{
    char text[16] = "";

    if (strcmp(what, "yield") == 0)
        said(hyp_result_name(yields(12)));
    if (strcmp(what, "spin") == 0) {
        while (hyp_time() < UNTIL)
            ;
        said("ok");
    }
    if (strcmp(what, "idle") == 0)
        said(hyp_result_name(hyp_idle_until(UNTIL)));
    if (strcmp(what, "wait") == 0)
        said(hyp_result_name(hyp_event_wait(1ull << 20, UNTIL)));
    if (strcmp(what, "receive") == 0)
        said(hyp_result_name(hyp_queuing_receive(hyp_port("in"), text, sizeof text, UNTIL - hyp_time())));
    if (strcmp(what, "message") == 0 && hyp_queuing_receive(hyp_port("in"), text, sizeof text, 1000 * MS) == 8)
        said(text);
    if (strcmp(what, "late") == 0) { /* the handlers come some windows after the event */
        yields(8);
        handle();
        said(hyp_result_name(hyp_yield()));
    }
    if (strcmp(what, "boss") == 0) { /* events of these three wait meanwhile */
        yields(7);
        hyp_partition_control(hyp_partition("again-warm"), HYP_CONTROL_WARM_RESTART);
        hyp_partition_control(hyp_partition("again-cold"), HYP_CONTROL_COLD_RESTART);
        hyp_partition_control(hyp_partition("suspended"), HYP_CONTROL_SUSPEND);
        yields(3);
        hyp_partition_control(hyp_partition("suspended"), HYP_CONTROL_RESUME);
    }
    if (strcmp(what, "sender") == 0) {
        yields(8);
        hyp_queuing_send(hyp_port("out"), "message", 8, 0);
    }
}

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();
    int first = info->cold_starts + info->warm_starts == 1;

    hyp_printf("start %s\n", hyp_start_cause_name(info->start_cause));
    if (strcmp(info->args, "late") != 0)
        handle();
    if (first) {
        hyp_mode_set(HYP_MODE_NORMAL);
        act(info->args);
    }
    for (;;)
        hyp_yield();
}
