/* Local APIC (SDM 3A, 11), 8259s and IOAPIC: brought into one known state whatever firmware left. */
#include "apic.h"
#include "vectors.h"

#define APIC_ID_VERSION 0x30
#define APIC_TASK_PRIORITY 0x80
#define APIC_LOGICAL 0xd0
#define APIC_FORMAT 0xe0
#define APIC_SPURIOUS 0xf0
#define APIC_LVT_CMCI 0x2f0
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_THERMAL 0x330
#define APIC_LVT_PERFORMANCE 0x340
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_LVT_ERROR 0x370
#define APIC_TIMER_DIVIDE 0x3e0

#define APIC_ENABLE 0x100
#define APIC_MASKED 0x10000
#define APIC_DELIVER_NMI 0x400
#define APIC_TIMER_DEADLINE 0x40000
#define APIC_DIVIDE_BY_1 0xb

#define BASE_ENABLE 0x800ull
#define BASE_X2APIC 0x400ull
#define BASE_ADDRESS 0xffffff000ull

#define IOAPIC_SELECT 0x00
#define IOAPIC_WINDOW 0x10
#define IOAPIC_VERSION 1
#define IOAPIC_REDIRECTION 0x10
#define IOAPIC_MASKED 0x10000
#define IOAPIC_LEVEL 0x8000

#define PIC_MASTER 0x20
#define PIC_SLAVE 0xa0

static uint32_t ioapic_read(uint32_t reg)
{
    *(volatile uint32_t *)(IOAPIC_BASE + IOAPIC_SELECT) = reg;
    return *(volatile uint32_t *)(IOAPIC_BASE + IOAPIC_WINDOW);
}

static void ioapic_write(uint32_t reg, uint32_t value)
{
    *(volatile uint32_t *)(IOAPIC_BASE + IOAPIC_SELECT) = reg;
    *(volatile uint32_t *)(IOAPIC_BASE + IOAPIC_WINDOW) = value;
}

void controllers_mask(void)
{
    static const uint8_t master[] = {VECTOR_PIC, 4, 1}, slave[] = {VECTOR_PIC + 8, 2, 1};
    port_write(PIC_MASTER, 0x11);
    port_write(PIC_SLAVE, 0x11);
    for (uint32_t n = 0; n < sizeof master; n++) {
        port_write(PIC_MASTER + 1, master[n]);
        port_write(PIC_SLAVE + 1, slave[n]);
    }
    port_write(PIC_MASTER + 1, 0xff);
    port_write(PIC_SLAVE + 1, 0xff);

    uint32_t version = ioapic_read(IOAPIC_VERSION);
    if (version == UINT32_MAX)          /* nothing there */
        return;
    uint32_t last = version >> 16 & 0xff;
    for (uint32_t line = 0; line <= last; line++) {
        ioapic_write(IOAPIC_REDIRECTION + 2 * line, IOAPIC_MASKED);
        ioapic_write(IOAPIC_REDIRECTION + 2 * line + 1, 0);
    }
}

/* Fixed delivery, physical destination: APIC ID 0, the boot core, which owns all windows so far. Active high, as ISA lines are. */
void ioapic_route(uint32_t line, uint32_t vector, uint32_t level)
{
    ioapic_write(IOAPIC_REDIRECTION + 2 * line + 1, 0);
    ioapic_write(IOAPIC_REDIRECTION + 2 * line, IOAPIC_MASKED | (level ? IOAPIC_LEVEL : 0) | vector);
}

void ioapic_mask(uint32_t line, uint32_t masked)
{
    uint32_t entry = ioapic_read(IOAPIC_REDIRECTION + 2 * line);
    ioapic_write(IOAPIC_REDIRECTION + 2 * line, masked ? entry | IOAPIC_MASKED : entry & ~(uint32_t)IOAPIC_MASKED);
}

int apic_init(int deadline_mode)
{
    uint64_t base = cpu_read(MSR_APIC_BASE);
    if ((base & BASE_ADDRESS) != LAPIC_PHYSICAL)
        return 1;
    if (base & BASE_X2APIC)             /* the only legal way back to xAPIC mode is through off (SDM 3A 11.12.5) */
        cpu_write(MSR_APIC_BASE, base & ~(BASE_ENABLE | BASE_X2APIC));
    cpu_write(MSR_APIC_BASE, (base & ~BASE_X2APIC) | BASE_ENABLE);

    uint32_t last_lvt = apic_read(APIC_ID_VERSION) >> 16 & 0xff;
    apic_write(APIC_FORMAT, UINT32_MAX);
    apic_write(APIC_LOGICAL, 0);
    apic_write(APIC_TASK_PRIORITY, PRIORITY_BUSY << 4);
    apic_write(APIC_LVT_LINT0, APIC_MASKED);
    apic_write(APIC_LVT_LINT1, APIC_DELIVER_NMI);
    apic_write(APIC_LVT_ERROR, APIC_MASKED);
    if (last_lvt >= 4)
        apic_write(APIC_LVT_PERFORMANCE, APIC_MASKED);
    if (last_lvt >= 5)
        apic_write(APIC_LVT_THERMAL, APIC_MASKED);
    if (last_lvt >= 6)
        apic_write(APIC_LVT_CMCI, APIC_MASKED);
    apic_write(APIC_SPURIOUS, APIC_ENABLE | VECTOR_SPURIOUS);
    apic_write(APIC_TIMER_INITIAL, 0);
    apic_write(APIC_TIMER_DIVIDE, APIC_DIVIDE_BY_1);
    apic_write(APIC_LVT_TIMER, VECTOR_TIMER | (deadline_mode ? APIC_TIMER_DEADLINE : 0));
    __asm__ volatile("mfence" : : : "memory");      /* the mode is in force before the first deadline (SDM 3A 11.5.4.1) */
    for (uint32_t n = 0; n < 8; n++)                /* interrupts that firmware left in service */
        apic_end_of_interrupt();
    return 0;
}
