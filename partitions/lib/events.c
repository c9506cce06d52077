/*
 * Events: handlers by number, and the words of the control page that say what is pending, masked and enabled. No hypercall but to
 * send, to wait, and to have delivered what was pending when events were enabled.
 */
#include <string.h>

#include "handlers.h"
#include "hypercall.h"

#define WORD_BITS 64
#define EVENTS (HYP_EVENT_WORDS * WORD_BITS)

static void (*handlers[EVENTS])(hyp_event_t);

/* The kernel clears the control page at each start, so an empty entry means that this life has no handlers yet. */
static void events_prepare(volatile struct hyp_control *control)
{
    if (control->upcall_handler != 0)
        return;
    memset(handlers, 0, sizeof handlers);
    for (int word = 0; word < HYP_EVENT_WORDS; word++)
        control->mask[word] = UINT64_MAX;
    handlers_prepare();
    control->upcall_handler = (uintptr_t)handlers_upcall;
}

void hyp_on_event(hyp_event_t event, void (*handler)(hyp_event_t))
{
    volatile struct hyp_control *control = control_page();

    if (event < 0 || event >= EVENTS)
        return;
    uint64_t bit = 1ull << (event % WORD_BITS);
    events_prepare(control);
    if (handler == NULL)
        control->mask[event / WORD_BITS] |= bit;
    handlers[event] = handler;
    if (event == HYP_EVENT_WINDOW)
        control->window_event = handler != NULL;
    if (handler != NULL) {
        control->mask[event / WORD_BITS] &= ~bit;
        if (control->vif)
            hyp_events_enable(); /* it may be pending already */
    }
}

void hyp_events_enable(void)
{
    volatile struct hyp_control *control = control_page();

    /* An event that comes after this store is delivered by the kernel; one from before is seen by the loop. */
    __atomic_store_n(&control->vif, 1, __ATOMIC_SEQ_CST);
    for (int word = 0; word < HYP_EVENT_WORDS; word++)
        if (control->pending[word] & ~control->mask[word]) {
            hypercall(HYP_CALL_EVENT_UNMASK, 0, 0, 0);
            return;
        }
}

void hyp_events_disable(void)
{
    control_page()->vif = 0;
    __asm__ volatile("" : : : "memory"); /* what follows is not moved up into the time with events */
}

hyp_result_t hyp_event_send(hyp_event_t event)
{
    return hypercall(HYP_CALL_EVENT_SEND, (uint32_t)event, 0, 0);
}

hyp_result_t hyp_event_wait(uint64_t mask, hyp_time_t until)
{
    hyp_result_t result = hypercall(HYP_CALL_EVENT_WAIT, mask, until, 0);

    if (result > 0)
        __atomic_fetch_and(&control_page()->pending[0], ~(uint64_t)result, __ATOMIC_SEQ_CST);
    return result;
}

/* Takes what is pending and not masked of one word; what is masked stays. */
static uint64_t pending_take(volatile struct hyp_control *control, int word)
{
    uint64_t mask = control->mask[word];

    if ((control->pending[word] & ~mask) == 0)
        return 0;
    return __atomic_fetch_and(&control->pending[word], mask, __ATOMIC_SEQ_CST) & ~mask;
}

void handlers_events(void)
{
    volatile struct hyp_control *control = control_page();
    int found;

    do {
        found = 0;
        for (int word = 0; word < HYP_EVENT_WORDS; word++)
            for (uint64_t taken = pending_take(control, word); taken != 0; taken &= taken - 1) {
                int event = word * WORD_BITS + __builtin_ctzll(taken);

                found = 1;
                if (handlers[event] != NULL) /* a handler of this round may have taken it away */
                    handlers[event](event);
            }
    } while (found);
}
