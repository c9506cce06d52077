/*
 * The lines that the schedule monitor watches: a parallel port, or a UART's modem lines with its data register below them; the compiler
 * says which bytes go where. Owns that port; knows nothing of what runs in a window.
 */
#include "marks.h"
#include "console.h"
#include "vectors.h"

struct marks marks;

void marks_init(const struct core *core)
{
    const struct plan *plan = the_plan();
    for (const uint32_t *one = plan->mark_setup; one < plan->mark_setup + MARK_SETUP && *one; one++)
        port_write((uint16_t)(*one >> 16), (uint8_t)*one);
    marks.lead = ticks_of(core, plan->mark_lead_ns);
    console_marks = plan->mark_port;
}

void mark_start(const struct core *core)
{
    struct marks *own = &marks;
    const struct plan *plan = the_plan();
    const struct window_plan *window = core->window;
    uint64_t at = core->frame_tsc + window->counters->at_ticks - EXIT_TICKS - own->lead;
    uint16_t port = (uint16_t)plan->mark_port;
    if (!port || own->last == at)
        return;
    own->last = at;
    own->flipped ^= plan->mark_flip;
    mark_end();
    while (ticks_until(at, cpu_tsc()) > 0)
        ;
    port_write(port, (uint8_t)(window->mark ^ own->flipped));
    if (window->mark & MARK_BYTE)
        port_write(port - MARK_DATA, (uint8_t)window->index);
}

void mark_end(void)
{
    if (!the_plan()->mark_flip)
        port_write((uint16_t)the_plan()->mark_port, 0);
}
