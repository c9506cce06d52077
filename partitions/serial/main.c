/*
 * A driver for a UART: sends a few lines and then sends back what it receives. The UART says by interrupt when it has room and
 * when a byte has come; the program sleeps in between.
 *
 * In the plan: `devices: [com3]`, the board's UART at I/O port 0x3e8.
 */
#include <hyp.h>

#include "uart.h"

#define COM3 0x3e8
#define LINES 40
#define LEAST 16 /* bytes of the FIFO: no interrupt makes room for more */

void partition_main(void)
{
    char line[64];
    unsigned bytes = 0;

    uart_open(COM3, hyp_event("com3"));
    hyp_mode_set(HYP_MODE_NORMAL);
    hyp_events_enable();
    for (unsigned n = 1; n <= LINES; n++) {
        size_t length = (size_t)hyp_snprintf(line, sizeof line, "line %u of a driver in a partition\r\n", n);

        bytes += (unsigned)length;
        for (size_t sent = 0; sent < length;) {
            sent += uart_write(line + sent, length - sent);
            if (sent < length)
                hyp_idle_until(UINT64_MAX); /* until the handler has made room */
        }
    }
    while (!uart_idle())
        hyp_idle_until(hyp_time() + 100000); /* the last byte leaves without an interrupt */
    hyp_printf("sent %u lines, served the UART %u times, %u bytes lost\n", LINES, uart_served(), uart_lost());
    int good = uart_served() >= bytes / LEAST && uart_lost() == 0;
    hyp_verdict(good, good ? "all lines sent by interrupt" : "interrupts or bytes are missing");
    for (;;) {
        for (int byte; (byte = uart_read()) >= 0;) {
            char echo = (char)byte;

            uart_write(&echo, 1);
        }
        hyp_idle_until(UINT64_MAX);
    }
}
