/* Busy all the time. With args `ring` it sends an event in each of its windows, else it takes events as upcalls. */
#include <hyp.h>

volatile uint64_t upcalls;

static void ring(hyp_event_t bell)
{
    const volatile hyp_info_t *info = hyp_info();

    for (;;) {
        uint64_t window = info->window_start;
        hyp_event_send(bell);
        while (info->window_start == window)
            ;
    }
}

static void answer(hyp_event_t event)
{
    (void)event;
    upcalls++;
}

void partition_main(void)
{
    hyp_event_t bell = hyp_event("bell");

    if (hyp_info()->args[0] == 'r')
        ring(bell);
    hyp_on_event(bell, answer);
    hyp_events_enable();
    for (volatile uint64_t n = 0;; n++)
        ;
}
