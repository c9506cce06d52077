/* Segmentation and the IDT (SDM 3A, 3 and 6). The IDT is the same for every core and constant after boot. */
#include "descriptors.h"
#include "entry.h"
#include "vectors.h"

#define GDT_ENTRIES 7
#define GDT_AT (CORE_STATE + 0x800)     /* in the core's own page: LTR writes the busy bit */
_Static_assert(sizeof(struct core) <= 0x800, "the core's record reaches its GDT");

#define CODE_64 0x00af9b000000ffffull
#define DATA_64 0x00cf93000000ffffull
#define RING_3 0x0000600000000000ull
#define TSS_AVAILABLE 0x0000890000000000ull

#define GATE_INTERRUPT 0x8e00u
#define GATE_RING_3 0x6000u
#define IST_NMI 1
#define IST_FAULT 2
#define IST_CHECK 3
#define DEVICE_STUB 8

struct gate {
    uint16_t offset_low, selector, type, offset_middle;
    uint32_t offset_high, reserved;
};

struct __attribute__((packed)) table {
    uint16_t limit;
    uint64_t base;
};

static struct gate idt[256];

static void gate_set(uint32_t vector, uint64_t target, uint32_t type)
{
    idt[vector] = (struct gate){
        .offset_low = (uint16_t)target,
        .selector = SELECTOR_KERNEL_CODE,
        .type = (uint16_t)(GATE_INTERRUPT | type),
        .offset_middle = (uint16_t)(target >> 16),
        .offset_high = (uint32_t)(target >> 32),
    };
}

static void idt_fill(void)
{
    for (uint32_t vector = 0; vector < 32; vector++)
        gate_set(vector, (uint64_t)entry_exceptions + vector * EXCEPTION_STUB, 0);
    for (uint32_t vector = 32; vector < 256; vector++)
        gate_set(vector, vector < VECTORS_NAMED ? (uint64_t)entry_devices + (vector - 32) * DEVICE_STUB : (uint64_t)entry_nobody, 0);
    gate_set(VECTOR_SPURIOUS, (uint64_t)entry_spurious, 0);
    gate_set(VECTOR_BREAKPOINT, (uint64_t)entry_exceptions + VECTOR_BREAKPOINT * EXCEPTION_STUB, GATE_RING_3);
    gate_set(VECTOR_DEBUG, (uint64_t)entry_debug, IST_FAULT);
    gate_set(VECTOR_NMI, (uint64_t)entry_nmi, IST_NMI);
    gate_set(VECTOR_DOUBLE_FAULT, (uint64_t)entry_double_fault, IST_FAULT);
    gate_set(VECTOR_MACHINE_CHECK, (uint64_t)entry_machine_check, IST_CHECK);
    gate_set(VECTOR_TIMER, (uint64_t)entry_timer, 0);
}

void descriptors_init(struct core *core)
{
    uint64_t *gdt = (uint64_t *)((uint64_t)core - CORE_STATE + GDT_AT);
    gdt[0] = 0;
    gdt[SELECTOR_KERNEL_CODE / 8] = CODE_64;
    gdt[SELECTOR_KERNEL_DATA / 8] = DATA_64;
    gdt[SELECTOR_USER_DATA / 8] = DATA_64 | RING_3;
    gdt[SELECTOR_USER_CODE / 8] = CODE_64 | RING_3;
    gdt[SELECTOR_TSS / 8] = TSS_AVAILABLE | TSS_LIMIT | (SLOT_TSS & 0xffffff) << 16 | (SLOT_TSS & 0xff000000) << 32;
    gdt[SELECTOR_TSS / 8 + 1] = SLOT_TSS >> 32;
    idt_fill();

    struct table gdtr = {GDT_ENTRIES * 8 - 1, (uint64_t)gdt}, idtr = {sizeof idt - 1, (uint64_t)idt};
    __asm__ volatile("lgdt %0\n\t"
                     "lidt %1\n\t"
                     "pushq %2\n\t"
                     "lea 1f(%%rip), %%rax\n\t"
                     "push %%rax\n\t"
                     "lretq\n"
                     "1:\tmov %3, %%ss\n\t"
                     "mov %4, %%ds\n\t"
                     "mov %4, %%es\n\t"
                     "mov %4, %%fs\n\t"
                     "mov %4, %%gs\n\t"
                     "ltr %w5\n\t"
                     "lldt %w4"
                     : : "m"(gdtr), "m"(idtr), "i"(SELECTOR_KERNEL_CODE), "r"(SELECTOR_KERNEL_DATA), "r"(0), "r"(SELECTOR_TSS)
                     : "rax", "memory");
    cpu_write(MSR_GS_BASE, (uint64_t)core);
    cpu_write(MSR_KERNEL_GS_BASE, 0);
}
