/* What single things cost on this machine, in picoseconds: the median and the worst of some batches. The host makes `costs:` of them. */
#include "cpu.h"
#include "probe.h"
#include "report.h"
#include "start.h"

#define BATCHES 16u
#define SCRATCH 7                       /* of a 16550: the one register that keeps what is written and does nothing */
#define APIC_EOI 0xb0
#define APIC_TIMER_LVT 0x320
#define APIC_TIMER_INITIAL 0x380
#define APIC_MASKED 0x10000
#define APIC_DEADLINE 0x40000
#define APIC_X2 0x400ull
#define APIC_PAGE 0xffffff000ull
#define TIMER_COUNT 20000u
#define PATIENCE 100000000ull           /* ticks for an interrupt to come */
#define COLD_INSTRUCTIONS 512u          /* of cold_run */

void cold_run(const void *memory);

static uint64_t samples[BATCHES];
static char cold_memory[4096] __attribute__((aligned(64)));
static volatile uint32_t *apic;
static volatile uint64_t came_at;

static void sort(void)
{
    for (uint32_t n = 1; n < BATCHES; n++)
        for (uint32_t m = n; m && samples[m - 1] > samples[m]; m--) {
            uint64_t other = samples[m];
            samples[m] = samples[m - 1];
            samples[m - 1] = other;
        }
}

/* samples: ticks of `each` deeds. */
static void cost(const char *what, uint64_t each)
{
    sort();
    report_line("cost");
    report_word("of", what);
    report_number("ps", ps_of(samples[BATCHES / 2]) / each);
    report_number("worst_ps", ps_of(samples[BATCHES - 1]) / each);
}

/* A batch is the deed `times` times, after something that is not measured. */
#define MEASURE(what, times, before, deed) MEASURE_PARTS(what, times, 1, before, deed)
#define MEASURE_PARTS(what, times, parts, before, deed)      \
    do {                                                     \
        for (uint32_t batch = 0; batch < BATCHES; batch++) { \
            before;                                          \
            uint64_t from = cpu_tsc();                       \
            for (uint32_t n = 0; n < (times); n++)           \
                deed;                                        \
            samples[batch] = cpu_tsc() - from;               \
        }                                                    \
        cost(what, (uint64_t)(times) * (parts));             \
    } while (0)

int firmware_trap(struct trap *trap)
{
    if (trap->vector < VECTOR_LEGACY)
        return 0;
    if (trap->vector == VECTOR_OWN && !came_at)
        came_at = cpu_tsc();
    if (apic)
        apic[APIC_EOI / 4] = 0;
    return 1;
}

/* Ticks that an interrupt took from what it interrupted, its handler included; 0 when it did not come. `late`: its handler's start. */
static uint64_t interrupt_wait(uint64_t *late, uint64_t due)
{
    uint64_t last = cpu_tsc(), end = last + PATIENCE, longest = 0;
    __asm__ volatile("sti");
    for (int seen = 0; !seen && (int64_t)(end - last) > 0;) {
        seen = came_at != 0;            /* before the time is read: the gap that it made is then in that reading */
        uint64_t now = cpu_tsc();
        longest = now - last > longest ? now - last : longest;
        last = now;
    }
    __asm__ volatile("cli");
    *late = came_at - due;
    return came_at ? longest : 0;
}

static void one_shot_measure(void)
{
    uint64_t late, missed = 0;
    apic[APIC_TIMER_LVT / 4] = VECTOR_OWN;
    for (uint32_t batch = 0; batch < BATCHES && !missed; batch++) {
        came_at = 0;
        apic[APIC_TIMER_INITIAL / 4] = TIMER_COUNT;
        samples[batch] = interrupt_wait(&late, 0);
        missed = samples[batch] == 0;
    }
    apic[APIC_TIMER_LVT / 4] = APIC_MASKED;
    if (!missed)
        cost("interrupt", 1);
    report_line("timer");
    report_word("kind", "lapic");
    report_number("works", !missed);
}

static void deadline_measure(void)
{
    uint64_t missed = 0, latest = 0;
    if (!(cpu_id(1, 0).words[2] >> 24 & 1))
        return;
    apic[APIC_TIMER_LVT / 4] = VECTOR_OWN | APIC_DEADLINE;
    __asm__ volatile("mfence" : : : "memory");          /* SDM 3A 11.5.4.1 */
    for (uint32_t batch = 0; batch < BATCHES && !missed; batch++) {
        uint64_t late = 0, due = cpu_tsc() + TIMER_COUNT;
        came_at = 0;
        cpu_write(MSR_TSC_DEADLINE, due);
        missed = interrupt_wait(&late, due) == 0 || (int64_t)late < 0;
        latest = late > latest ? late : latest;
    }
    apic[APIC_TIMER_LVT / 4] = APIC_MASKED;
    report_line("timer");
    report_word("kind", "tsc-deadline");
    report_number("works", !missed);
    report_number("latest_ns", missed ? 0 : ps_of(latest) / 1000);
}

static void timers_measure(void)
{
    uint64_t base = 0;
    if (!machine.has_apic || !msr_try(MSR_APIC_BASE, &base) || base & APIC_X2)
        return;
    apic = (volatile uint32_t *)(base & APIC_PAGE);
    MEASURE("apic_write", 64, , apic[APIC_TIMER_INITIAL / 4] = 0);
    one_shot_measure();
    deadline_measure();
}

void costs_report(uint64_t uart_port)
{
    if (!machine.tsc_hz)
        return;
    uint16_t scratch = (uint16_t)(uart_port + SCRATCH);
    uint64_t root, area[64] __attribute__((aligned(64)));
    __asm__ volatile("mov %%cr3, %0" : "=r"(root));
    MEASURE("io_write", 64, , port_write(scratch, (uint8_t)n));
    MEASURE("io_read", 64, , (void)port_read(scratch));
    MEASURE("rdtsc", 256, , (void)cpu_tsc());
    MEASURE("root_write", 32, , cpu_set_root(root));
    MEASURE("msr_write", 32, , cpu_write(MSR_KERNEL_GS_BASE, n));
    MEASURE("fpu_save_restore", 32, , __asm__ volatile("fxsave64 %0\n\tfxrstor64 %0" : "+m"(area)));
    MEASURE_PARTS("instruction", 16, COLD_INSTRUCTIONS, cold_run(cold_memory), cold_run(cold_memory));
    MEASURE_PARTS("cold_instruction", 1, COLD_INSTRUCTIONS, __asm__ volatile("wbinvd" : : : "memory"), cold_run(cold_memory));
    timers_measure();
}
