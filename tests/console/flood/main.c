/*
 * Says all that its ring takes, in lines that are numbered, and computes through the rest of each window: no idle time but the plan's.
 * A line that was cut is gone on with in the next window, so that what the kernel counts as dropped is not lost.
 */
#include <hyp.h>

static void window_spend(void)
{
    const volatile hyp_time_t *start = &hyp_info()->window_start;
    hyp_time_t mine = *start;

    while (*start == mine)
        ;
}

static void say(const char *text, size_t length)
{
    while (length > 0) {
        hyp_result_t taken = hyp_console_write(text, length);

        text += taken;
        length -= (size_t)taken;
        if (length > 0)
            window_spend();
    }
}

void partition_main(void)
{
    char line[64];

    hyp_mode_set(HYP_MODE_NORMAL);
    for (unsigned number = 0;; number++)
        say(line, (size_t)hyp_snprintf(line, sizeof line, "%s %06u abcdefghijklmnopqrstuvwxyz\n", hyp_info()->name, number));
}
