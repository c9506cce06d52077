/*
 * The probe: looks at the machine once, then says what it saw over one UART, again and again. A host that missed a line asks for it:
 * `send N` and a carriage return; anything else that ends a line asks for everything.
 */
#include "cpu.h"
#include "probe.h"
#include "report.h"
#include "serial.h"
#include "start.h"

#define COM1 0x3f8
#define WATCH_MS 1000
#define WATCH_MS_MAX 60000
#define PAUSE_MS 3000                   /* between two reports that nobody asked for */
#define REQUEST 16u

static void say(struct serial *serial, const char *text)
{
    while (*text)
        serial_put(serial, (uint8_t)*text++);
}

static void send_all(struct serial *serial)
{
    say(serial, "\r\n");
    for (uint32_t n = 1; n <= report_count(); n++)
        report_send(serial, n);
}

/* A request without its end of line: the number after `send `, or 0. */
static uint32_t request_number(const char *text, uint32_t length)
{
    static const char word[] = "send ";
    uint32_t value = 0;
    if (length < sizeof word)
        return 0;
    for (uint32_t n = 0; n < length; n++) {
        if (n < sizeof word - 1 ? text[n] != word[n] : text[n] < '0' || text[n] > '9')
            return 0;
        value = n < sizeof word - 1 ? 0 : value * 10 + (uint32_t)(text[n] - '0');
    }
    return value;
}

/* Until nothing was asked for some time. */
static void serve(struct serial *serial)
{
    static char request[REQUEST];
    uint32_t length = 0;
    uint64_t pause = machine.tsc_hz ? machine.tsc_hz / 1000 * PAUSE_MS : 1ull << 32, from = cpu_tsc();
    while (cpu_tsc() - from < pause) {
        uint32_t byte = serial_get(serial);
        if (byte == SERIAL_NOTHING)
            continue;
        from = cpu_tsc();
        if (byte != '\r' && byte != '\n') {
            request[length < REQUEST - 1 ? length : REQUEST - 1] = (char)byte;
            length += length < REQUEST;
            continue;
        }
        uint32_t number = length < REQUEST ? request_number(request, length) : 0;
        if (number)
            report_send(serial, number);
        else if (length)
            send_all(serial);
        length = 0;
    }
}

static void machine_report(const struct handover *handover, uint64_t port, uint64_t divisor)
{
    static const char *const protocols[] = {"none", "pvh", "multiboot2"};
    report_line("probe");
    report_number("version", 1);
    report_word("protocol", protocols[handover->protocol]);
    report_word("firmware", handover->protocol != HANDOVER_MULTIBOOT2 ? "unknown" : handover->uefi ? "uefi" : "bios");
    report_text("loader", handover->loader_name, HANDOVER_TEXT);
    report_hex("uart", port);
    report_number("divisor", divisor);
    report_hex("from", (uint64_t)firmware_start);
    report_hex("to", (uint64_t)firmware_end);
}

void firmware_main(const struct handover *handover)
{
    uint64_t port = handover_number(handover, "uart", COM1), divisor = handover_number(handover, "divisor", 1);
    uint64_t watch_ms = handover_number(handover, "watch", WATCH_MS);
    struct serial serial = {.base = port & 0xffff};
    serial_init(&serial, divisor & 0xffff ? (uint32_t)divisor & 0xffff : 1);
    say(&serial, "\r\nhyp: probe: looking at the machine\r\n");

    machine_report(handover, port, divisor);
    cpu_report();
    memory_report(handover);
    acpi_report(handover);
    pci_report();
    serial_drain(&serial);
    uarts_report();
    serial_init(&serial, (uint32_t)divisor & 0xffff);
    clocks_report(watch_ms < WATCH_MS_MAX ? watch_ms : WATCH_MS_MAX);
    costs_report(serial.base);
    report_end();
    for (;;) {
        send_all(&serial);
        serve(&serial);
    }
}
