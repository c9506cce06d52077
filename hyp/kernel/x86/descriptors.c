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

#define GATE_INTERRUPT (0x8eull << 40)

struct __attribute__((packed)) table {
    uint16_t limit;
    uint64_t base;
};

static uint64_t idt[256][2];

static void gate_set(uint32_t vector, const char *target, uint32_t type)
{
    uint64_t at = (uint64_t)target, kind = (uint64_t)(type & GATE_STACK) << 32 | (uint64_t)(type & GATE_RING_3) << 40 | GATE_INTERRUPT;
    idt[vector][0] = (at >> 16 & 0xffff) << 48 | kind | SELECTOR_KERNEL_CODE << 16 | (at & 0xffff);
    idt[vector][1] = at >> 32;
}

static void idt_fill(void)
{
    for (uint32_t vector = 0; vector < 256; vector++)
        gate_set(vector, vector < EXCEPTIONS_LOW ? entry_exceptions + vector * EXCEPTION_STUB
                         : vector < 32           ? entry_exceptions_high + (vector - EXCEPTIONS_LOW) * EXCEPTION_STUB
                         : vector - VECTOR_CONSOLE <= IRQS_MAX ? entry_devices + (vector - VECTOR_CONSOLE) * DEVICE_STUB
                                                          : entry_nobody, 0);
    for (uint32_t n = 0; n < GATES; n++)
        gate_set(entry_gates[n].vector, (const char *)(KERNEL_BASE + KERNEL_LOAD + entry_gates[n].place), entry_gates[n].type);
}

void descriptors_init(struct core *core)
{
    static const uint64_t words[GDT_ENTRIES] = {
        [SELECTOR_KERNEL_CODE / 8] = CODE_64,
        [SELECTOR_KERNEL_DATA / 8] = DATA_64,
        [SELECTOR_USER_DATA / 8] = DATA_64 | RING_3,
        [SELECTOR_USER_CODE / 8] = CODE_64 | RING_3,
        [SELECTOR_TSS / 8] = TSS_AVAILABLE | TSS_LIMIT | (SLOT_TSS & 0xffffff) << 16 | (SLOT_TSS & 0xff000000) << 32,
        [SELECTOR_TSS / 8 + 1] = SLOT_TSS >> 32,
    };
    uint64_t *gdt = (uint64_t *)((uint64_t)core - CORE_STATE + GDT_AT);
    __builtin_memcpy(gdt, words, sizeof words);
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
