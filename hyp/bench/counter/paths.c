/*
 * Follows the kernel's way from each entry to the return to a partition or to a halt. A stretch is what runs between two points at
 * which the kernel notices that its time is up: entries, exits and the looks at the clock of a restart. The console's drain
 * has stretches of its own, which no path contains.
 */
#include "counter.h"

#include <stdlib.h>

#define SPIN_ROUND 3                    /* instructions of the release loop: one round belongs to the path */

struct measured measured;

static struct {
    int booted, in_user, open, fpu, drained, released, unchanged, from_user, looked, leaving;
    int ended;                          /* the run's end report has begun */
    enum kind kind;
    uint64_t length, spin;              /* of the path */
    struct longest stretch, drain;      /* in progress */
    uint64_t verify_return, drain_return;
    uint64_t next;                      /* address after the last instruction: where a call of it returns to */
    uint64_t ran;                       /* at the interrupt that began the path */
    uint64_t run_start;                 /* of the last release */
    int run_whole;                      /* since then the CPU has not halted */
    int boot_done;
} now;

static void stretch_add(struct longest *stretch, uint64_t address)
{
    stretch->length++;
    if (stretch->steps && stretch->way[stretch->steps - 1].address == address)
        stretch->way[stretch->steps - 1].repeated++;
    else if (stretch->steps < STEPS)
        stretch->way[stretch->steps++] = (struct step){address, 1};
}

static void way_keep(struct longest *kept, const struct longest *stretch)
{
    kept->length = stretch->length;
    kept->steps = stretch->steps;
    for (uint32_t n = 0; n < stretch->steps; n++)
        kept->way[n] = stretch->way[n];
}

static void stretch_end(struct longest *stretch, enum kind kind)
{
    struct longest *longest = &measured.longest[kind];
    longest->count++;
    if (stretch->length > longest->length)
        way_keep(longest, stretch);
    stretch->length = 0;
    stretch->steps = 0;
}

/* A timer interrupt after which the same partition goes on came too early. */
static enum kind kind_so_far(void)
{
    if (now.kind != KIND_TIMER)
        return now.kind;
    if (now.unchanged)
        return KIND_SPURIOUS;
    return now.fpu ? KIND_TIMER_FPU : KIND_TIMER;
}

static void path_begin(const struct instruction *at)
{
    now.open = 1;
    now.fpu = now.drained = now.released = now.unchanged = now.looked = 0;
    now.length = now.spin = 0;
    now.from_user = now.in_user;
    now.ran = now.run_whole ? measured.user + measured.kernel - now.run_start : 0;
    if (at->marks & MARK_TIMER)
        now.kind = now.in_user ? KIND_TIMER : KIND_IDLE;
    else if (at->marks & MARK_HYPERCALL)
        now.kind = KIND_REFUSED;        /* until a handler is seen */
    else
        now.kind = at->marks & MARK_BOOT ? KIND_BOOT : KIND_FAULT;
}

static void release_add(void)
{
    if (measured.release_count == measured.release_room) {
        measured.release_room = measured.release_room ? 2 * measured.release_room : 1024;
        measured.releases = realloc(measured.releases, measured.release_room * sizeof *measured.releases);
        if (!measured.releases)
            abort();
    }
    measured.releases[measured.release_count++] =
        (struct release){(uint32_t)now.length, (uint32_t)now.fpu, (uint32_t)now.drained, (uint32_t)now.looked, now.ran};
    if (measured.shortest.count++ == 0 || now.length < measured.shortest.length)
        way_keep(&measured.shortest, &now.stretch);
}

static void path_end(void)
{
    if (!now.open || now.ended)
        return;
    now.open = 0;
    if (now.kind == KIND_TIMER && now.from_user && now.released)
        release_add();
    stretch_end(&now.stretch, kind_so_far());
}

static void drain_follow(const struct instruction *at)
{
    if (at->address == now.drain_return) {
        stretch_end(&now.drain, KIND_DRAIN);
        now.drain_return = 0;
    } else if (at->marks & MARK_DRAIN && !now.drain_return) {
        now.drain_return = now.next;
        now.drained = 1;
    }
}

static void boot_follow(const struct instruction *at)
{
    if (at->marks & MARK_VERIFY && !now.verify_return)
        now.verify_return = now.next;
    if (at->address == now.verify_return)
        now.verify_return = 0;
    measured.boot_total++;
    measured.boot_verify += now.verify_return != 0;
    measured.boot_spin += at->marks & MARK_SPIN ? 1 : 0;
}

static void user_begun(void)
{
    now.boot_done = 1;
    now.in_user = 1;
    if (!now.open)
        return;
    path_end();
    measured.resumed += now.kind == KIND_TIMER && !now.released && !now.unchanged;
    if (now.released) {
        now.run_start = measured.user + measured.kernel;
        now.run_whole = 1;
    }
}

void kernel_executed(unsigned cpu, void *data)
{
    struct instruction *at = data;
    (void)cpu;
    if (!now.booted && !(at->marks & MARK_BOOT))
        return;
    now.booted = 1;
    at->executed++;
    if (!now.boot_done)
        boot_follow(at);
    if (at->marks & MARK_END)
        now.ended = 1;
    /* Interrupts are on only in partitions: this one came before the first instruction, or that one's fetch faulted. */
    if (now.open && (at->marks & MARK_TIMER || (now.leaving && at->marks & MARK_ENTRY)))
        user_begun();
    now.leaving = (at->marks & MARK_LEAVE) != 0;
    if (!now.open)
        path_begin(at);
    now.in_user = 0;
    measured.kernel++;
    drain_follow(at);
    if (at->call >= 0 && now.kind == KIND_REFUSED)
        now.kind = (enum kind)(KIND_CALL + at->call);
    now.fpu |= (at->marks & MARK_FPU) != 0;
    now.released |= (at->marks & MARK_RELEASE) != 0;
    now.unchanged |= (at->marks & MARK_EXIT_NOW) != 0;
    now.spin += (at->marks & MARK_SPIN) != 0;
    if (now.drain_return)
        stretch_add(&now.drain, at->address);
    else if (!(at->marks & MARK_SPIN) || now.spin <= SPIN_ROUND) {
        stretch_add(&now.stretch, at->address);
        now.length++;
    }
    if (at->marks & MARK_DRAIN_LOOK)
        stretch_end(&now.drain, KIND_DRAIN);
    now.looked |= (at->marks & MARK_LOOK) != 0;
    if (at->marks & MARK_LOOK)
        stretch_end(&now.stretch, kind_so_far());
    if (at->marks & MARK_HALT) {
        now.run_whole = 0;
        path_end();
    }
    now.next = at->address + at->size;
}

void user_entered(unsigned cpu, void *nothing)
{
    (void)cpu;
    (void)nothing;
    if (now.booted)
        user_begun();
}
