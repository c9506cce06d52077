/*
 * Calls through gates, the long way: everything but the plain call and the plain reply, which gate.S does by itself.
 * A partition in a call has `gate`, its server has it as `client`. The result of a call is in the caller's save area before anyone else
 * runs: an error, or the call once more; a reply overwrites it. So ending a call is only to clear `gate`.
 * A window lent to a busy server is `gate` without `client`.
 */
#include "gate.h"
#include "call.h"
#include "control.h"
#include "entry.h"
#include "event.h"
#include "fpu.h"
#include "health.h"
#include "marks.h"
#include "schedule.h"
#include "timer.h"
#include "trace.h"
#include "vectors.h"
#include "wait.h"

/* What the CPU holds of a context that does not go on. */
static void context_park(const struct core *core)
{
    bases_save();
    if (core->extras & PARTITION_FPU)
        fpu_save(the_plan()->xcr0);
}

static void attention_clear(struct partition_state *state, uint32_t bits)
{
    __atomic_fetch_and(&state->attention, ~bits, __ATOMIC_RELAXED);
}

void gate_forget(struct partition_state *state)
{
    const struct gate_plan *gate = state->gate;
    const struct partition_plan *client = state->client;
    if (gate && gate->state->client && gate->state->client->state == state)
        gate->state->client = 0;
    if (client) {
        trace_gate(GATE_ENDS, client->state->gate->server, client);
        client->state->gate = 0;
    }
    state->gate = 0;
    state->client = 0;
}

/* ---- Who runs in the window of a partition that is in a call. */

/* The window's partition stops running, but for its context: that of who ran for it is parked, or not loaded yet. */
static void window_account(struct core *core)
{
    uint64_t now = cpu_tsc();
    core->partition = core->window->partition;
    cpu_set_root(core->window->root);
    if (ticks_until(now, INFO->execution_base) < 0)
        return;                         /* its release is still to come */
    INFO->execution_time += now - INFO->execution_base;
    INFO->execution_base = now;
}

static _Noreturn void window_give_up(struct core *core)
{
    window_account(core);
    core->phase = PHASE_SLEEP;          /* in which interrupts are open */
    window_rest(core);
}

/* A server that cannot go on in its caller's window: then the call has ended, or was only to lend it the window until it is free. */
static int is_through(const struct gate_plan *gate)
{
    const struct partition_state *server = gate->state;
    if (server->status != STATUS_READY)
        return 1;
    return server->request ? gate->server->serves != SERVES_PASSIVE : server->wait_kind == WAIT_REQUEST;
}

/* From the window's partition along its calls: who is to run, loaded but for what context_load does. At most GATE_DEPTH steps. */
static const struct partition_plan *follow(struct core *core, int *restored)
{
    const struct window_plan *window = core->window;
    const struct partition_plan *runner = window->partition;
    const struct gate_plan *gate;
    core->partition = runner;
    cpu_set_root(window->root);
    control_apply(core, runner);
    if (runner->state->status != STATUS_READY || runner->state->request)
        window_give_up(core);
    while ((gate = runner->state->gate)) {
        control_apply(core, gate->server);
        if (!runner->state->gate || is_through(gate)) {
            runner->state->gate = 0;
            break;
        }
        core->partition = runner = gate->server;
        cpu_set_root(gate->root);
        if (runner->state->request > REQUEST_START) {
            *restored = 1;
            mark_start(core);           /* where this is the window's release */
        }
        if (!partition_prepare(core, runner))
            window_give_up(core);
    }
    struct partition_state *state = runner->state;
    core->extras |= EXTRA_GUEST;        /* context_load looks at them again */
    __atomic_fetch_or(&window->partition->state->attention, ATTENTION_GATE | ATTENTION_REPLY, __ATOMIC_RELAXED);
    attention_clear(state, ATTENTION_GATE | ATTENTION_REPLY);
    events_collect(state);
    if (state->wait_kind != WAIT_NONE && !wait_over(state, cpu_tsc())) {
        window_account(core);
        core->partition = runner;
        window_sleep(core);
    }
    upcall_deliver(state);
    return runner;
}

_Noreturn void gate_resume(struct core *core)
{
    int restored = 0;
    cpu_set_root(core->window->root);
    timers_rearm(core, core->window->partition->state);
    context_load(core, follow(core, &restored));
    exit_loaded();
}

_Noreturn void gate_release(struct core *core, uint64_t release_at)
{
    int restored = 0;
    const struct partition_plan *runner = follow(core, &restored);
    if (restored && ticks_until(release_at - EXIT_TICKS, cpu_tsc()) < (int64_t)core->guard_ticks / 2)
        gate_resume(core);              /* as after a restart of the window's own partition */
    schedule_release(core, runner, release_at);
}

_Noreturn void gate_alarm(struct core *core, uint64_t now)
{
    const struct partition_plan *owner = core->window->partition;
    if (core->extras & PARTITION_FPU)
        fpu_save(the_plan()->xcr0);
    core->partition = owner;
    cpu_set_root(core->window->root);
    if (now < owner->state->alarm)
        core->spurious++;
    else if (timers_expire(core, owner->state, now))
        health_absent(core, owner, HYP_HEALTH_WATCHDOG);
    gate_resume(core);
}

_Noreturn void gate_leave(struct core *core)
{
    const struct partition_plan *before = core->window->partition;
    const struct gate_plan *gate;
    if (core->partition == before)
        schedule_rest(core);
    context_park(core);
    gate_forget(core->partition->state);
    while ((gate = before->state->gate) && gate->server != core->partition)
        before = gate->server;
    before->state->gate = 0;            /* it called, or lent its window */
    gate_resume(core);
}

/* ---- Calls and replies. */

struct words {
    uint64_t rdi, rsi, rdx, r10, r8, r9;
};

static void words_put(const struct words *words, uint64_t result)
{
    SAVE->frame.rdi = words->rdi;
    SAVE->frame.rsi = words->rsi;
    SAVE->frame.rdx = words->rdx;
    SAVE->frame.r10 = words->r10;
    SAVE->frame.r8 = words->r8;
    SAVE->frame.r9 = words->r9;
    SAVE->frame.rax = result;
}

/* The caller's context has the error NOT_AVAILABLE as its result. */
int64_t gate_call(const struct gate_plan *gate)
{
    struct core *core = this_core();
    const struct partition_plan *client = core->partition;
    struct partition_state *server = gate->state;
    int passive = gate->server->serves == SERVES_PASSIVE;
    control_apply(core, gate->server);
    if (server->status != STATUS_READY)
        return HYP_NOT_AVAILABLE;
    context_park(core);
    if (server->request || !server->serving) {
        if (!passive)
            return HYP_NOT_AVAILABLE;
    } else if (server->wait_kind == WAIT_REQUEST) {
        const struct hyp_frame *frame = &SAVE->frame;
        struct words words = {frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8, frame->r9};
        cpu_set_root(gate->root);
        words_put(&words, gate->caller);
        server->client = client;
        server->wait_kind = WAIT_NONE;
        server->wait_until = 0;
        attention_clear(server, ATTENTION_WAIT);
        trace_gate(GATE_CALLS, client, gate->server);
    } else {
        int lend = gate->flags & GATE_HELP || (passive && !server->client);     /* nobody else would ever end that request */
        if (gate->flags & (GATE_HELP | GATE_WAIT))
            call_again(call_word(HYP_CALL_GATE_CALL | (uint32_t)(gate - client->gates) << 16));
        else if (!lend)
            return HYP_NOT_AVAILABLE;
        if (!lend)
            wait_begin(core, WAIT_SERVER, 0, NEVER);
    }
    client->state->gate = gate;
    __atomic_fetch_or(&client->state->attention, ATTENTION_GATE | ATTENTION_REPLY, __ATOMIC_RELAXED);
    gate_resume(core);
}

int64_t gate_reply(uint64_t rdi, uint64_t rsi, uint64_t rdx, uint64_t r10, uint64_t r8, uint64_t r9)
{
    struct core *core = this_core();
    const struct partition_plan *server = core->partition;
    struct partition_state *state = server->state;
    const struct partition_plan *client = state->client;
    struct words words = {rdi, rsi, rdx, r10, r8, r9};
    words_put(&words, 0);
    if (server->serves == SERVES_NOBODY)
        return HYP_INVALID_CONFIG;
    context_park(core);
    state->serving = 1;
    state->client = 0;
    state->wait_kind = WAIT_REQUEST;
    state->wait_until = NEVER;
    __atomic_fetch_or(&state->attention, ATTENTION_WAIT, __ATOMIC_RELAXED);
    if (client) {
        trace_gate(GATE_REPLIES, server, client);
        client->state->gate = 0;
        cpu_set_root(client->root);
        words_put(&words, HYP_OK);
        cpu_set_root(server->root);
    }
    if (server != core->window->partition)
        gate_resume(core);
    if (!wait_over(state, 0))
        schedule_sleep(core);
    upcall_deliver(state);              /* the call is made again behind it */
    return (int64_t)SAVE->frame.rax;
}
