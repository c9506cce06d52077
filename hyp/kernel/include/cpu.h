/* The CPU's registers and instructions as C sees them. Knows nothing of partitions. */
#ifndef CPU_H
#define CPU_H

#include <stdint.h>

#define MSR_APIC_BASE 0x1b
#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_MCG_STATUS 0x17a
#define MSR_PAT 0x277
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_SFMASK 0xc0000084
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX 0xc0000103

#define MCG_STATUS_RIPV 0x1ull
#define CR0_MP 0x2ull
#define CR0_TS 0x8ull
#define CR0_NE 0x20ull
#define CR4_TSD 0x4ull                  /* RDTSC and RDTSCP are for ring 0 (SDM 3A 2.5) */

static inline void cpu_write(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline uint64_t cpu_read(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline __attribute__((always_inline)) uint64_t cpu_tsc(void)
{
    uint64_t low, high;                 /* the CPU clears their upper halves */
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return high << 32 | low;
}

/* The same into memory, as its halves come. */
static inline __attribute__((always_inline)) void cpu_tsc_put(uint64_t *place)
{
    __asm__ volatile("rdtsc\n\tmov %%eax, %0\n\tmov %%edx, 4+%0" : "=o"(*place) : : "rax", "rdx");
}

static inline void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t port_read(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

struct cpuid {
    uint32_t words[4];                  /* eax ebx ecx edx */
};

static inline struct cpuid cpu_id(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid id;
    __asm__ volatile("cpuid" : "=a"(id.words[0]), "=b"(id.words[1]), "=c"(id.words[2]), "=d"(id.words[3]) : "a"(leaf), "c"(subleaf));
    return id;
}

static inline void cpu_set_root(uint64_t root)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

static inline uint64_t cpu_root(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

/* Interrupts up to this class, vector / 16, wait (SDM 3A 11.8.6). */
static inline void cpu_set_priority(uint64_t class)
{
    __asm__ volatile("mov %0, %%cr8" : : "r"(class) : "memory");
}

static inline uint64_t cpu_cr0(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static inline void cpu_set_cr0(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void cpu_toggle_cr4(uint64_t bits)
{
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0\n\txor %1, %0\n\tmov %0, %%cr4" : "=&r"(value) : "ri"(bits) : "cc");
}

static inline uint64_t cpu_cr2(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

/* value * by / 2^32 without loss in between. The compiler's own 128-bit product costs twice the code. */
static inline __attribute__((always_inline)) uint64_t scale(uint64_t value, uint64_t by)
{
    uint64_t high;
    __asm__("mulq %3\n\tshrdq $32, %1, %0" : "=a"(value), "=d"(high) : "a"(value), "rm"(by) : "cc");
    return value;
}

#endif
