/* Raises an application_error at the start of each window for which `args` has a `!`: one character for each major frame of 10 ms. */
#include <hyp.h>
#include <string.h>

#define FRAME 10000000u

void partition_main(void)
{
    const hyp_info_t *info = hyp_info();

    hyp_printf("start %s\n", hyp_start_cause_name(info->start_cause));
    hyp_mode_set(HYP_MODE_NORMAL);
    for (;;) {
        hyp_yield();
        uint64_t frame = info->window_start / FRAME;
        if (frame < strlen(info->args) && info->args[frame] == '!')
            hyp_health_raise((uint32_t)frame);
    }
}
