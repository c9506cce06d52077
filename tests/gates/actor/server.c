/* What servers do. `heard` is how many events a listening one has handled. */
#include <string.h>

#include "actor.h"

static uint64_t served;
static volatile uint64_t heard;

static void on_bell(hyp_event_t event)
{
    (void)event;
    heard++;
}

#ifdef __SSE2__
static uint64_t vector_swap(uint64_t value)
{
    uint64_t before;
    __asm__ volatile("movq %%xmm5, %0\n\tmovq %1, %%xmm5" : "=&r"(before) : "r"(value));
    return before;
}
#else
static uint64_t vector_swap(uint64_t value)
{
    return value;
}
#endif

static void answer(int caller, uint64_t words[6])
{
    uint64_t argument = words[1];

    (void)caller;
    served++;
    switch ((enum request)words[0]) {
    case COUNT:
        for (uint32_t n = 1; n < 6; n++)
            words[n]++;
        words[0] = served;
        return;
    case SPIN:
        while (hyp_time() < argument)
            ;
        break;
    case FAULT:
        *(volatile uint64_t *)0x8000 = 1;
        break;
    case CONTROL_SELF:
        hyp_partition_control((hyp_partition_t)hyp_info()->partition, (int)argument);
        break;
    case SLEEP:
        hyp_idle_until(argument);
        break;
    case YIELD:
        windows(argument);
        break;
    case NEXT:
        words[0] = words[1];
        words[1] = words[2];
        words[0] = (uint64_t)hyp_gate_call(hyp_gate("next"), words) == 0 ? words[0] : (uint64_t)HYP_NOT_AVAILABLE;
        return;
    case RING:
        hyp_event_send(hyp_event("bell"));
        break;
    case CLOCK:
        words[0] = hyp_time_get(HYP_CLOCK_EXECUTION);
        return;
    case VECTOR:
        words[0] = vector_swap(argument);
        return;
    }
    words[0] = heard;
}

_Noreturn void serve(void)
{
    if (strcmp(hyp_info()->args, "listens") == 0) {
        hyp_on_event(hyp_event("bell"), on_bell);
        hyp_events_enable();
    }
    hyp_gate_serve(answer);
    hyp_verdict(0, "no gate leads here");
    for (;;)
        hyp_yield();
}
