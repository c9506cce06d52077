/* Its first life leaves input where it is and restarts; the next one says how much of it is there, and again what comes later. */
#include <hyp.h>

void partition_main(void)
{
    char piece[64];

    hyp_mode_set(HYP_MODE_NORMAL);
    if (hyp_info()->cold_starts == 1) {
        hyp_event_wait(1ull << HYP_EVENT_CONSOLE, UINT64_MAX);
        hyp_mode_set(HYP_MODE_COLD_START);
    }
    hyp_printf("at first %d bytes\n", (int)hyp_console_read(piece, sizeof piece));
    hyp_event_wait(1ull << HYP_EVENT_CONSOLE, UINT64_MAX);
    hyp_printf("then %d bytes\n", (int)hyp_console_read(piece, sizeof piece));
    for (;;)
        hyp_yield();
}
