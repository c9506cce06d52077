/*
 * Waits: idle_until, event_wait, queue calls with a time-out, servers of gates and callers of busy ones. A queue call is made again from its `syscall`
 * instruction, so waiting adds no second path to it; `wait_until` outlives the sleep until that call has ended.
 */
#include "wait.h"
#include "call.h"
#include "event.h"
#include "schedule.h"
#include "timer.h"

#define SYSCALL_BYTES 2u

_Noreturn void wait_begin(struct core *core, uint32_t kind, uint64_t mask, uint64_t until)
{
    struct partition_state *state = core->partition->state;
    state->wait_kind = kind;
    state->wait_mask = mask;
    state->wait_until = until ? until : 1;
    __atomic_fetch_or(&state->attention, ATTENTION_WAIT, __ATOMIC_RELAXED);
    schedule_sleep(core);
}

int wait_over(struct partition_state *state, uint64_t now)
{
    uint64_t events = CONTROL->pending[0] & state->wait_mask;
    int timed_out = now >= state->wait_until, over = timed_out, again = 0;
    switch (state->wait_kind) {
    case WAIT_EVENT:
        over |= events != 0;
        SAVE->frame.rax = events ? events : (uint64_t)HYP_TIMED_OUT;
        break;
    case WAIT_IDLE:
        over |= upcall_wanted();
        SAVE->frame.rax = HYP_OK;
        break;
    case WAIT_REQUEST:
        again = upcall_wanted();
        break;
    default:
        over = 1;
        break;
    }
    int trap = trap_wanted(state);
    if (!over && (again || trap)) {
        static const uint8_t calls[] = {[WAIT_EVENT] = HYP_CALL_EVENT_WAIT, [WAIT_IDLE] = HYP_CALL_IDLE_UNTIL, [WAIT_REQUEST] = HYP_CALL_GATE_REPLY_WAIT};
        call_again(call_word(calls[state->wait_kind]));      /* behind the handler */
        over = 1;
    }
    if (!over)
        return 0;
    if (state->wait_kind != WAIT_PORT || (trap && state->wait_until == NEVER))
        state->wait_until = 0;
    state->wait_kind = WAIT_NONE;
    __atomic_fetch_and(&state->attention, ~(uint32_t)ATTENTION_WAIT, __ATOMIC_RELAXED);
    return 1;
}

void call_again(uint64_t call)
{
    SAVE->frame.rip -= SYSCALL_BYTES;
    SAVE->frame.rax = call;
}
