/* ACPI tables (ACPI 6.4, 5.2): all are named; those that say something about cores, interrupts, UARTs and timers are read. */
#include "probe.h"
#include "memory.h"
#include "report.h"

#define TABLES_MAX 128u
#define TABLE_MAX (1u << 20)
#define ENTRIES_MAX 512u
#define BIOS_START 0xe0000u
#define BIOS_END 0x100000u
#define EBDA_POINTER 0x40eu
#define GENERIC_ADDRESS_PORT 1u

struct __attribute__((packed)) rsdp {
    char signature[8];
    uint8_t checksum;
    char oem[6];
    uint8_t revision;
    uint32_t rsdt, length;
    uint64_t xsdt;
};

struct __attribute__((packed)) table {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem[6], oem_table[8];
    uint32_t oem_revision, creator, creator_revision;
};

static uint64_t field(const struct table *table, uint32_t at, uint32_t size)
{
    uint64_t value = 0;
    if (at + size <= table->length)
        memcpy(&value, (const char *)table + at, size);
    return value;
}

static int is_whole(const void *data, uint32_t size)
{
    uint8_t sum = 0;
    for (uint32_t n = 0; n < size; n++)
        sum = (uint8_t)(sum + ((const uint8_t *)data)[n]);
    return sum == 0;
}

static uint64_t rsdp_search(uint64_t from, uint64_t to)
{
    for (uint64_t at = from & ~15ull; at + 20 <= to; at += 16)
        if (!memcmp((const void *)at, "RSD PTR ", 8) && is_whole((const void *)at, 20))
            return at;
    return 0;
}

/* What the loader says; else where a BIOS has it (ACPI 5.2.5.1). */
static uint64_t rsdp_find(const struct handover *handover)
{
    if (handover->rsdp)
        return handover->rsdp;
    if (handover->uefi)
        return 0;
    uint64_t pointer = EBDA_POINTER, found = 0;
    __asm__("" : "+r"(pointer));        /* to the compiler, no object is that low */
    uint64_t ebda = (uint64_t)*(const volatile uint16_t *)pointer << 4;
    if (ebda >= 0x400)
        found = rsdp_search(ebda, ebda + 1024);
    return found ? found : rsdp_search(BIOS_START, BIOS_END);
}

static void madt_entry(const uint8_t *at, uint32_t length, uint32_t *cores)
{
    uint32_t word = 0;
    if ((at[0] == 0 && length >= 8) || (at[0] == 9 && length >= 16)) {
        memcpy(&word, at + (at[0] == 0 ? 4 : 8), 4);
        *cores += word & 1;
    }
    if (at[0] == 1 && length >= 12) {
        report_line("ioapic");
        report_number("id", at[2]);
        memcpy(&word, at + 4, 4);
        report_hex("address", word);
        memcpy(&word, at + 8, 4);
        report_number("first", word);
    }
    if (at[0] == 2 && length >= 10) {
        report_line("override");
        report_number("irq", at[3]);
        memcpy(&word, at + 4, 4);
        report_number("line", word);
        report_number("flags", (uint64_t)at[8]);
    }
}

static void madt_read(const struct table *table)
{
    uint32_t cores = 0, tries = 0;
    const uint8_t *at = (const uint8_t *)table + 44, *end = (const uint8_t *)table + table->length;
    for (; at + 2 <= end && at[1] >= 2 && at + at[1] <= end && tries < ENTRIES_MAX; at += at[1], tries++)
        madt_entry(at, at[1], &cores);
    report_line("madt");
    report_number("cores", cores);
    report_hex("lapic", field(table, 36, 4));
    report_number("pcat", field(table, 40, 4) & 1);
}

static void spcr_read(const struct table *table)
{
    static const uint32_t bauds[] = {0, 0, 0, 9600, 19200, 0, 57600, 115200};
    uint64_t code = field(table, 58, 1);
    report_line("spcr");
    report_number("type", field(table, 36, 1));
    report_word("space", field(table, 40, 1) == GENERIC_ADDRESS_PORT ? "port" : "memory");
    report_hex("address", field(table, 44, 8));
    report_number("width", field(table, 43, 1));
    report_number("irq", field(table, 52, 1) & 1 ? field(table, 53, 1) : field(table, 54, 4));
    report_number("baud", code < sizeof bauds / sizeof *bauds ? bauds[code] : 0);
}

static void fadt_read(const struct table *table)
{
    machine.pm_timer_port = field(table, 91, 1) == 4 ? field(table, 76, 4) : 0;
    report_line("fadt");
    report_number("sci", field(table, 46, 2));
    report_hex("smi_command", field(table, 48, 4));
    report_hex("pm_timer", machine.pm_timer_port);
    report_hex("boot_flags", field(table, 109, 2));
    report_hex("flags", field(table, 112, 4));
}

static void hpet_read(const struct table *table)
{
    uint64_t base = field(table, 44, 8);
    report_line("hpet");
    report_hex("address", base);
    report_hex("id", field(table, 36, 4));
    machine.hpet = field(table, 40, 1) == 0 && base < LOW_4G ? base : 0;
}

static void mcfg_read(const struct table *table)
{
    for (uint32_t at = 44; at + 16 <= table->length && at < 44 + 16 * 16; at += 16) {
        report_line("mcfg");
        report_hex("address", field(table, at, 8));
        report_number("segment", field(table, at + 8, 2));
        report_number("first", field(table, at + 10, 1));
        report_number("last", field(table, at + 11, 1));
    }
}

static void table_read(uint64_t at)
{
    static const struct {
        char signature[4];
        void (*read)(const struct table *table);
    } known[] = {{"APIC", madt_read}, {"SPCR", spcr_read}, {"FACP", fadt_read}, {"HPET", hpet_read}, {"MCFG", mcfg_read}};
    if (at == 0 || at >= LOW_4G - TABLE_MAX) {
        report_line("acpi");
        report_word("table", "above_4_gib");
        report_hex("address", at);
        return;
    }
    const struct table *table = (const struct table *)at;
    int good = table->length >= sizeof *table && table->length < TABLE_MAX && is_whole(table, table->length);
    report_line("acpi");
    report_text("table", table->signature, 4);
    report_hex("address", at);
    report_number("length", table->length);
    report_text("oem", table->oem, 6);
    report_text("oem_table", table->oem_table, 8);
    report_number("good", (uint64_t)good);
    for (uint32_t n = 0; good && n < sizeof known / sizeof *known; n++)
        if (!memcmp(table->signature, known[n].signature, 4))
            known[n].read(table);
}

void acpi_report(const struct handover *handover)
{
    const struct rsdp *rsdp = (const struct rsdp *)rsdp_find(handover);
    report_line("rsdp");
    report_number("found", rsdp != 0);
    if (!rsdp)
        return;
    report_text("oem", rsdp->oem, 6);
    report_number("revision", rsdp->revision);
    int wide = rsdp->revision >= 2 && rsdp->xsdt && rsdp->xsdt < LOW_4G;
    const struct table *root = (const struct table *)(wide ? rsdp->xsdt : rsdp->rsdt);
    report_hex("root", (uint64_t)root);
    if (!root || root->length < sizeof *root || root->length > TABLE_MAX || !is_whole(root, root->length))
        return;
    uint32_t size = wide ? 8 : 4;
    for (uint32_t n = 0; n < TABLES_MAX && sizeof *root + (n + 1) * size <= root->length; n++)
        table_read(field(root, (uint32_t)sizeof *root + n * size, size));
}
