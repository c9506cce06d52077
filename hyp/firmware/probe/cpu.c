/* The processor: who made it, and which features it has of those that hyp knows (names as in board files; SDM 2A, CPUID). */
#include "cpu.h"
#include "probe.h"
#include "report.h"

#define BASIC 0x80000000u               /* marks a leaf of the extended range */

static const struct {
    const char *name;
    uint32_t leaf, word, bit;           /* word: 0 to 3 for eax, ebx, ecx, edx */
} features[] = {
    {"nx", 0x80000001, 3, 20},         {"smep", 7, 1, 7},       {"smap", 7, 1, 20},       {"umip", 7, 2, 2},
    {"fsgsbase", 7, 1, 0},             {"xsave", 1, 2, 26},     {"avx", 1, 2, 28},        {"tsc_deadline", 1, 2, 24},
    {"invariant_tsc", 0x80000007, 3, 8}, {"x2apic", 1, 2, 21},  {"pcid", 1, 2, 17},       {"vmx", 1, 2, 5},
    {"svm", 0x80000001, 2, 2},         {"page1gb", 0x80000001, 3, 26}, {"hypervisor", 1, 2, 31}, {"rdtscp", 0x80000001, 3, 27},
};

static int has(uint32_t leaf, uint32_t word, uint32_t bit)
{
    if (cpu_id(leaf & BASIC, 0).words[0] < leaf)
        return 0;
    struct cpuid id = cpu_id(leaf, 0);
    uint32_t words[] = {id.words[0], id.words[1], id.words[2], id.words[3]};
    return words[word] >> bit & 1;
}

static void brand_report(void)
{
    uint32_t words[13] = {0};
    if (cpu_id(BASIC, 0).words[0] < BASIC + 4)
        return;
    for (uint32_t n = 0; n < 3; n++) {
        struct cpuid id = cpu_id(BASIC + 2 + n, 0);
        uint32_t *to = words + 4 * n;
        to[0] = id.words[0], to[1] = id.words[1], to[2] = id.words[2], to[3] = id.words[3];
    }
    report_text("brand", (const char *)words, 48);
}

void cpu_report(void)
{
    struct cpuid zero = cpu_id(0, 0), one = cpu_id(1, 0);
    uint32_t vendor[] = {zero.words[1], zero.words[3], zero.words[2], 0}, family = one.words[0] >> 8 & 15, model = one.words[0] >> 4 & 15;
    model |= family == 6 || family == 15 ? (one.words[0] >> 16 & 15) << 4 : 0;
    family += family == 15 ? one.words[0] >> 20 & 255 : 0;
    report_line("cpu");
    report_text("vendor", (const char *)vendor, 12);
    report_number("family", family);
    report_number("model", model);
    report_number("stepping", one.words[0] & 15);
    report_number("apic_id", one.words[1] >> 24);
    brand_report();
    report_line("features");
    for (uint32_t n = 0; n < sizeof features / sizeof *features; n++)
        report_number(features[n].name, (uint64_t)has(features[n].leaf, features[n].word, features[n].bit));
    machine.has_apic = has(1, 3, 9);
    /* Frequencies that the processor itself states: crystal x ratio (leaf 15h), nominal MHz (16h). */
    struct cpuid ratio = zero.words[0] >= 0x15 ? cpu_id(0x15, 0) : (struct cpuid){0};
    report_line("stated");
    report_number("crystal_hz", ratio.words[2]);
    report_number("tsc_hz", ratio.words[0] ? (uint64_t)ratio.words[2] * ratio.words[1] / ratio.words[0] : 0);
    report_number("base_mhz", zero.words[0] >= 0x16 ? cpu_id(0x16, 0).words[0] & 0xffff : 0);
}

void memory_report(const struct handover *handover)
{
    for (uint32_t n = 0; n < handover->region_count; n++) {
        report_line("region");
        report_hex("start", handover->regions[n].start);
        report_hex("size", handover->regions[n].size);
        report_number("type", handover->regions[n].type);
    }
    if (handover->regions_dropped) {
        report_line("regions");
        report_number("dropped", handover->regions_dropped);
    }
}
