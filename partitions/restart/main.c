/*
 * A partition that restarts itself: twice warm, then once cold, and so on, and shows what each kind keeps.
 *
 * A warm restart keeps memory and starts the program again; a cold restart also gives it its memory as it was built.
 * In the plan: any window.
 */
#include <hyp.h>

#define WARM_PER_COLD 2
#define COLD_ENOUGH 3

static uint32_t lives = 0;             /* since memory was last fresh; in bss */
static uint32_t marked = 0x600dda7a;   /* in data */

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    lives++;
    hyp_printf("started by %s: cold %u, warm %u; life %u of this memory, mark %x\n", hyp_start_cause_name(info->start_cause),
               (unsigned)info->cold_starts, (unsigned)info->warm_starts, (unsigned)lives, (unsigned)marked);
    if (info->mode_at_start == HYP_MODE_COLD_START && (lives != 1 || marked != 0x600dda7a))
        hyp_verdict(0, "a cold restart left something behind");
    if (info->mode_at_start == HYP_MODE_WARM_START && (lives == 1 || marked != lives - 1))
        hyp_verdict(0, "a warm restart lost memory");
    if (info->cold_starts == COLD_ENOUGH) {
        hyp_verdict(1, "restarted warm and cold");
        return;
    }
    hyp_mode_set(HYP_MODE_NORMAL);
    marked = lives;
    hyp_yield();
    hyp_partition_control((hyp_partition_t)info->partition,
                          lives <= WARM_PER_COLD ? HYP_CONTROL_WARM_RESTART : HYP_CONTROL_COLD_RESTART);
}
