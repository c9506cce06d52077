/*
 * The lines that the schedule monitor watches. A parallel port shows the window's index and a bit that toggles, in one write; a UART
 * shows RTS in a window and DTR with it in the first of a frame. Owns that port; knows nothing of what runs in a window.
 */
#include "marks.h"
#include "console.h"
#include "uart.h"
#include "vectors.h"

#define PARALLEL_CONTROL 2
#define PARALLEL_OUTPUT 0x0c            /* data lines driven, strobe and interrupt off (IEEE 1284, compatibility mode) */
#define PARALLEL_TOGGLE 0x80u
#define MODEM_CONTROL 4
#define MODEM_DTR 1u
#define MODEM_RTS 2u

uint64_t mark_lead;
static uint64_t marked;                 /* TSC instant of the last mark */
static uint32_t toggle;

void marks_init(struct core *core)
{
    const struct plan *plan = the_plan();
    static struct uart uart;
    uint16_t port = (uint16_t)plan->mark_port;
    if (!port)
        return;
    if (plan->mark_divisor)
        uart_init(&uart, port - MODEM_CONTROL, plan->mark_divisor, 1);
    else
        port_write(port + PARALLEL_CONTROL, PARALLEL_OUTPUT);
    port_write(port, 0);
    mark_lead = ticks_of(core, plan->mark_lead_ns);
    console_marks = 1;
}

void mark_start(struct core *core)
{
    const struct plan *plan = the_plan();
    const struct window_plan *window = core->window;
    uint16_t port = (uint16_t)plan->mark_port;
    uint64_t at = core->frame_tsc + window->counters->at_ticks - EXIT_TICKS - mark_lead;
    if (!port || marked == at)
        return;
    marked = at;
    uint32_t value = window->index | (toggle ^= PARALLEL_TOGGLE);
    if (plan->mark_divisor) {
        value = MODEM_RTS | (window == core->lane_first ? MODEM_DTR : 0);
        port_write(port, 0);
    }
    while (ticks_until(at, cpu_tsc()) > 0)
        ;
    port_write(port, (uint8_t)value);
    if (plan->mark_divisor && window->end_ns - window->at_ns >= plan->mark_byte_ns)
        port_write(port - MODEM_CONTROL, (uint8_t)window->index);
}

void mark_end(void)
{
    if (the_plan()->mark_divisor)
        port_write((uint16_t)the_plan()->mark_port, 0);
}
