/* UARTs at the ports where PCs have them: is one there, its FIFO, and the interrupt line that it really pulls. */
#include "cpu.h"
#include "probe.h"
#include "report.h"
#include "serial.h"

#define INTERRUPTS 1
#define FIFO 2
#define MODEM 4
#define FIFO_ON 0x07
#define WHEN_EMPTY 0x02
#define DTR_RTS_OUT2 0x0b               /* OUT2 lets a PC's UART reach its interrupt line */
#define PIC_MASTER 0x20
#define PIC_SLAVE 0xa0
#define READ_REQUESTS 0x0a              /* 8259, OCW3: what is requested, masked or not */
#define POLLS 2000

static uint32_t requests(void)
{
    port_write(PIC_MASTER, READ_REQUESTS);
    port_write(PIC_SLAVE, READ_REQUESTS);
    return port_read(PIC_MASTER) | (uint32_t)port_read(PIC_SLAVE) << 8;
}

/* Lines that come when an empty transmitter may interrupt, and go when it may not: one bit is the UART's. */
static uint32_t line_find(struct serial *serial)
{
    uint32_t before = requests(), during = before;
    serial_write(serial, MODEM, DTR_RTS_OUT2);
    serial_write(serial, INTERRUPTS, WHEN_EMPTY);
    for (uint32_t n = 0; n < POLLS && during == before; n++)
        during = requests();
    serial_write(serial, INTERRUPTS, 0);
    (void)serial_read(serial, FIFO);    /* acknowledges it */
    return during & ~before & ~7u;      /* timer, keyboard and the second controller are not it */
}

static uint32_t lowest_bit(uint32_t bits)
{
    uint32_t n = 0;
    while (n < 15 && !(bits >> n & 1))
        n++;
    return n;
}

void uarts_report(void)
{
    static const uint16_t ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
    for (uint32_t n = 0; n < sizeof ports / sizeof *ports; n++) {
        struct serial serial = {.base = ports[n]};
        if (!serial_is_there(&serial))
            continue;
        serial_drain(&serial);
        serial_write(&serial, FIFO, FIFO_ON);
        uint32_t fifo = (serial_read(&serial, FIFO) & 0xc0) == 0xc0 ? 16 : 1;
        uint32_t lines = line_find(&serial);
        report_line("uart");
        report_hex("port", ports[n]);
        report_number("fifo", fifo);
        report_hex("lines", lines);
        if (lines)
            report_number("irq", lowest_bit(lines));
    }
}
