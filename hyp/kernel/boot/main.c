/* The boot, in order: console, checks, CPU, clocks, schedule. Any mismatch with the plan is one line and a halt. */
#include "apic.h"
#include "clock.h"
#include "console.h"
#include "descriptors.h"
#include "health.h"
#include "irq.h"
#include "loader.h"
#include "marks.h"
#include "packet.h"
#include "print.h"
#include "schedule.h"
#include "trace.h"

#define FALLBACK_UART 0x3f8
#define CHECKSUM_FROM 16u
#define CRC_POLYNOMIAL 0xedb88320u
#define HZ_PER_GHZ 1000000000ull

_Noreturn void boot_main(uint32_t magic, uint64_t info);

static struct loader loader;

static _Noreturn void refuse(const char *subject, const char *what)
{
    print("hyp: halt: %s: %s\n", subject, what);
    halt();
}

/* CRC-32 (ISO 3309), a byte a step. */
static uint32_t checksum(const uint8_t *data, uint32_t size)
{
    static uint32_t steps[256];
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t step = n;
        for (uint32_t bit = 0; bit < 8; bit++)
            step = step >> 1 ^ (step & 1 ? CRC_POLYNOMIAL : 0);
        steps[n] = step;
    }
    uint32_t crc = UINT32_MAX;
    for (uint32_t n = 0; n < size; n++)
        crc = crc >> 8 ^ steps[(crc ^ data[n]) & 0xff];
    return ~crc;
}

static void check_plan(const struct plan *plan)
{
    int known = plan->magic == PLAN_MAGIC && plan->abi_version == HYP_ABI_VERSION && plan->size >= sizeof *plan;
    int whole = known && checksum((const uint8_t *)plan + CHECKSUM_FROM, plan->size - CHECKSUM_FROM) == plan->checksum;
    if (whole)
        uart_init(&console_out.uart, plan->uart_port, plan->uart_divisor, plan->uart_fifo);
    else
        uart_init(&console_out.uart, FALLBACK_UART, 1, 1);
    if (!known)
        refuse("plan", "not a plan of this kernel's ABI version");
    if (!whole)
        refuse("plan", "checksum differs; the image was damaged");
}

static void check_memory(const struct plan *plan)
{
    const struct region_plan *regions = the_plan()->regions;
    for (uint32_t n = 0; n < plan->region_count; n++)
        if (!loader_has_ram(&loader, regions[n].start, regions[n].end)) {
            print("hyp: halt: memory: the plan needs RAM at %lx to %lx, the machine has\n", regions[n].start, regions[n].end);
            for (uint32_t m = 0; m < loader.region_count; m++)
                print("hyp: ram %lx to %lx\n", loader.regions[m].start, loader.regions[m].end);
            halt();
        }
}

/* Nonzero: the declared frequency is in use. */
static int clock_set(struct core *core, const struct plan *plan)
{
    struct clock clock = clock_verify(plan);
    if (clock.timer_scale == 0 && plan->timer == TIMER_LAPIC)
        refuse("timer", "the local APIC timer does not count");
    if (!clock.within) {
        print("hyp: clock tsc measured=%lu declared=%lu\n", clock.measured_hz, plan->tsc_hz);
        if (plan->tsc_else == ELSE_HALT || clock.measured_hz == 0)
            refuse("clock", "the TSC does not run at the declared frequency");
        clock.tsc_hz = clock.measured_hz;
    }
    core->tick_scale = (clock.tsc_hz / HZ_PER_GHZ << 32) + (clock.tsc_hz % HZ_PER_GHZ << 32) / HZ_PER_GHZ;
    core->ns_scale = (HZ_PER_GHZ << 32) / clock.tsc_hz;
    core->timer_scale = plan->timer == TIMER_LAPIC ? clock.timer_scale : 0;
    core->guard_ticks = ticks_of(core, plan->guard_ns);
    print("hyp: clock tsc=%lu source=%s\n", clock.tsc_hz, clock.within ? "declared" : "calibrated");
    return clock.within;
}

_Noreturn void boot_main(uint32_t magic, uint64_t info)
{
    const struct plan *plan = the_plan();
    struct core *core = (struct core *)(CORE_BASE + CORE_STATE);
    check_plan(plan);
    print("\nhyp: boot plan=%s board=%s abi=%u\n", plan->name, plan->board, HYP_ABI_VERSION);

    const char *missing = cpu_missing(plan);
    if (missing)
        refuse("cpu: the plan needs", missing);
    const char *wrong = loader_read(&loader, magic, info);
    if (wrong)
        refuse("loader: no usable", wrong);
    way_back.root = cpu_root();
    way_back.entry = loader_number(&loader, "loader", 0);
    check_memory(plan);
    uint64_t frames = loader_number(&loader, "frames", 0);
    core->frame_limit = frames ? frames : UINT64_MAX;

    cpu_init(plan);
    descriptors_init(core);
    cpu_set_root(plan->idle_root);          /* the identity map is gone from here on */
    controllers_mask();
    irqs_init();
    if (apic_init(plan->timer == TIMER_TSC_DEADLINE))
        refuse("apic", "the local APIC is not at 0xfee00000");
    int declared = clock_set(core, plan);
    console_init(core);
    trace_init(core);
    marks_init(core);
    print("hyp: start\n");
    schedule_init(core);
    if (!declared) {
        health_module(core, HYP_HEALTH_CLOCK_MISMATCH, 0);
    }
    schedule_start(core);
}
