/* The probe: says what the machine is, over the UART. */
#include "serial.h"
#include "start.h"

void firmware_main(const struct handover *handover)
{
    struct serial serial = {.base = handover_number(handover, "uart", 0x3f8)};
    serial_init(&serial, 1);
    for (const char *at = "hyp-probe\r\n"; *at; at++)
        serial_put(&serial, (uint8_t)*at);
    serial_drain(&serial);
}

int firmware_trap(struct trap *trap)
{
    (void)trap;
    return 0;
}
