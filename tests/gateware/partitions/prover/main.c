/* Answers the schedule monitor's challenges on COM2: what docs/monitor.md says, with the key of the plan. */
#include <hyp.h>
#include <hyp_io.h>

#define UART 0x2f8
#define KEY 0x5a

void partition_main(void)
{
    hyp_out8(UART + 3, 0x80);
    hyp_out8(UART, 1);
    hyp_out8(UART + 1, 0);
    hyp_out8(UART + 3, 0x03);
    hyp_out8(UART + 2, 0x07);
    for (;;) {
        if (hyp_in8(UART + 5) & 1) {
            uint8_t mixed = (uint8_t)((hyp_in8(UART) ^ KEY) * 9 + 0x1d);
            hyp_out8(UART, (uint8_t)(mixed << 4 | mixed >> 4));
        }
        hyp_yield();
    }
}
