/* PCI devices, by configuration mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2), which every PC still has. Nothing is written to a device. */
#include "probe.h"
#include "report.h"

#define ADDRESS 0xcf8
#define DATA 0xcfc
#define ENABLE 0x80000000u
#define NOTHING 0xffffffffu
#define MULTIPLE 0x800000u
#define DEVICES_MAX 256u
#define BARS 6u

static inline void port_write_32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t port_read_32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* where: bus, device and function as bits 23 to 8 of the address register. */
static uint32_t config_read(uint32_t where, uint32_t at)
{
    port_write_32(ADDRESS, ENABLE | where | at);
    return port_read_32(DATA);
}

static void function_report(uint32_t where, uint32_t id, uint32_t header)
{
    static const char *const bar_names[BARS] = {"bar0", "bar1", "bar2", "bar3", "bar4", "bar5"};
    uint32_t kind = config_read(where, 8), interrupt = config_read(where, 0x3c);
    report_line("pci");
    report_hex("at", where >> 8);
    report_hex("vendor", id & 0xffff);
    report_hex("device", id >> 16);
    report_hex("class", kind >> 8);
    report_number("revision", kind & 0xff);
    report_number("irq", interrupt & 0xff);
    report_number("pin", interrupt >> 8 & 0xff);
    report_number("bus_master", config_read(where, 4) >> 2 & 1);
    uint32_t bars = (header >> 16 & 0x7f) == 0 ? BARS : (header >> 16 & 0x7f) == 1 ? 2 : 0;
    for (uint32_t n = 0; n < bars; n++) {
        uint32_t bar = config_read(where, 0x10 + 4 * n);
        if (bar)
            report_hex(bar_names[n], bar);
    }
}

void pci_report(void)
{
    uint32_t found = 0;
    for (uint32_t place = 0; place < 0x2000 && found < DEVICES_MAX; place++) {      /* 256 buses of 32 devices */
        uint32_t functions = 1;
        for (uint32_t function = 0; function < functions; function++) {
            uint32_t where = place << 11 | function << 8, id = config_read(where, 0);
            if ((id & 0xffff) == 0xffff || id == 0)
                continue;
            uint32_t header = config_read(where, 0xc);
            functions = function == 0 && header & MULTIPLE ? 8 : functions;
            function_report(where, id, header);
            found++;
        }
    }
    report_line("pci_devices");
    report_number("found", found);
}
