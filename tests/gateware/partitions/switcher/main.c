/* Asks for the other schedule in every fifth of its windows. */
#include <hyp.h>

void partition_main(void)
{
    hyp_mode_set(HYP_MODE_NORMAL);
    for (uint32_t n = 1;; n++) {
        if (n % 5 == 0)
            hyp_schedule_switch(n % 10 == 5 ? "other" : "normal");
        hyp_yield();
    }
}
