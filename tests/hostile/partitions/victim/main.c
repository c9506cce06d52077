/*
 * Keeps a diary of its windows in the area `log`: pairs of TSC values, read next to each other in the program, between
 * which the partition did not run. `args` decides how a window ends: `yield`, or `spin` until the kernel takes it away;
 * `talk` yields too and prints its diary's last entry every TALK ticks.
 */
#include <hyp.h>

#define TALK 20000000u

struct diary {
    uint64_t entries;
    struct {
        uint64_t left, back;        /* TSC: the last look before, the first look after */
        uint64_t loops;             /* of the program in between: its progress */
    } windows[];
};

static uint64_t now(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

void partition_main(void)
{
    const hyp_area_t *area = hyp_area("log");
    struct diary *diary = (struct diary *)area->base;
    uint64_t room = (area->size - sizeof *diary) / sizeof diary->windows[0], loops = 0, last = now();
    uint64_t epoch = hyp_info()->time_base, said = epoch;
    int talks = hyp_info()->args[0] == 't', yields = talks || hyp_info()->args[0] == 'y';

    diary->windows[0].back = last;
    for (diary->entries = 1; diary->entries < room;) {
        if (yields && loops % 16 == 15) {
            last = now();
            hyp_yield();
        }
        uint64_t here = now();
        loops++;
        if (here - last > 400) {            /* longer than any path of this loop: others ran */
            diary->windows[diary->entries].left = last;
            diary->windows[diary->entries].back = here;
            diary->windows[diary->entries].loops = loops;
            diary->entries++;
            if (talks && here - said > TALK) {
                said += TALK;
                hyp_printf("released %llu, %llu loops\n", (unsigned long long)(here - epoch), (unsigned long long)loops);
            }
            here = now();
        }
        last = here;
    }
    for (;;)
        hyp_yield();
}
