/*
 * Sends back each line that the host sends: `hyp console`, `hyp run --input echo=FILE`, or a person at a terminal (docs/streams.md).
 *
 * Between lines it sleeps: what comes wakes it inside its windows, and waits for its next window otherwise.
 */
#include <hyp.h>

#define LINE_MAX 200

void partition_main(void)
{
    char line[LINE_MAX + 1], piece[64];
    size_t length = 0;

    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_printf("%s listens\n", hyp_info()->name);
    for (;;) {
        hyp_result_t count = hyp_console_read(piece, sizeof piece);

        for (hyp_result_t n = 0; n < count; n++) {
            if (piece[n] != '\n' && piece[n] != '\r')
                line[length++] = piece[n];
            if (length == LINE_MAX || (piece[n] == '\n' && length > 0)) {
                line[length++] = '\n';
                hyp_console_write(line, length);
                length = 0;
            }
        }
        if (count == 0)
            hyp_event_wait(1ull << HYP_EVENT_CONSOLE, UINT64_MAX);
    }
}
