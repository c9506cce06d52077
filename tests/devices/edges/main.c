/*
 * Owner of the HPET, whose first timer sends one edge in each round, at each distance from the window's end by turns. `args`: how the
 * window ends (`spins`, `sleeps`, `yields`, `masks` the line meanwhile), or `idle`: no edges at all. Notes when each edge was to come,
 * and when the event came.
 */
#include <hyp.h>

#define CAPABILITIES 0x00u      /* upper half: femtoseconds of a count */
#define CONFIGURATION 0x10u
#define COUNTER 0xf0u
#define TIMER 0x100u            /* bits 9 to 13: line; 2: interrupts; edge-triggered and once by default */
#define COMPARATOR 0x108u
#define ENABLE 1u
#define LINE 8u

#define STEP_NS 10              /* of the HPET */
#define FIRST_NS (-4000)
#define ROUNDS 600u
#define EVENTS_MAX 5000u

static struct notes {
    uint64_t rounds, events;
    uint64_t due[ROUNDS];       /* ns */
    uint64_t end[ROUNDS];       /* of the window in which it was set up */
    uint64_t came[EVENTS_MAX];
} *notes;

static volatile uint64_t *hpet(uint32_t reg)
{
    return (volatile uint64_t *)(hyp_area("hpet")->base + reg);
}

static void on_edge(hyp_event_t event)
{
    (void)event;
    if (notes->events < EVENTS_MAX)
        notes->came[notes->events++] = hyp_time();
}

static int says(char letter)
{
    return hyp_info()->args[0] == letter;
}

/* One edge at that instant, rounded to a count of the HPET. */
static void edge_at(hyp_time_t at)
{
    uint64_t count = *hpet(COUNTER), now = hyp_time();
    *hpet(COMPARATOR) = count + (at - now) / STEP_NS;
}

static void window_rest(hyp_event_t line)
{
    hyp_time_t start = hyp_info()->window_start;
    if (says('m'))
        hyp_irq_mask(line, 1);
    while (*(const volatile hyp_time_t *)&hyp_info()->window_start == start) {
        if (says('s') && hyp_info()->args[1] == 'l')
            hyp_idle_until(UINT64_MAX);
        if (says('y'))
            hyp_yield();
    }
    if (says('m'))
        hyp_irq_mask(line, 0);
}

void partition_main(void)
{
    hyp_event_t line = hyp_event("hpet");
    notes = (struct notes *)hyp_area("notes")->base;
    if (says('i'))
        for (;;)
            __asm__ volatile("nop");
    *hpet(TIMER) = LINE << 9 | 4u;
    *hpet(CONFIGURATION) = ENABLE;
    hyp_on_event(line, on_edge);
    hyp_events_enable();
    hyp_yield();
    for (uint64_t round = 0; round < ROUNDS; round++) {
        hyp_time_t end = hyp_info()->window_end;
        hyp_time_t due = round % 4 == 3 ? end + round * 73 : (hyp_time_t)((int64_t)end + FIRST_NS + (int64_t)round * STEP_NS);
        notes->due[round] = due;
        notes->end[round] = end;
        notes->rounds++;
        edge_at(due);
        window_rest(line);
        window_rest(line);      /* an edge of this round has been seen before the next */
    }
    hyp_verdict(1, "all rounds");
    for (;;)
        hyp_yield();
}
