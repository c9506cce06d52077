/* What the CPU must have, and the control registers that switch it on (SDM 3A 2.5; SDM 4). */
#include "descriptors.h"
#include "entry.h"

#define CR0_PE_MP_TS_ET_NE_WP_AM_PG 0x8005003bull    /* TS: the FPU is off until a partition has it */
#define CR4_PAE 0x20ull
#define CR4_MCE 0x40ull
#define CR4_PGE 0x80ull
#define CR4_OSFXSR_OSXMMEXCPT 0x600ull
#define CR4_UMIP 0x800ull
#define CR4_FSGSBASE 0x10000ull
#define CR4_OSXSAVE 0x40000ull
#define CR4_SMEP_SMAP 0x300000ull
#define EFER_SCE_LME_NXE 0x901ull
#define PAT_WB_WT_UC_UC_WC 0x0007040100070406ull      /* entry 4 is write-combining; 0 to 3 and 5 to 7 as at reset */
#define FLAGS_CLEARED_AT_SYSCALL 0x47700ull             /* TF IF DF IOPL NT AC */

const char *cpu_missing(const struct plan *plan)
{
    for (uint32_t n = 0; n < plan->feature_count; n++) {
        const struct feature_plan *feature = &plan->features[n];
        uint32_t last = cpu_id(feature->leaf & 0x80000000, 0).words[0];    /* a leaf beyond it reads as anything */
        if (last < feature->leaf || feature->bits & ~cpu_id(feature->leaf, 0).words[feature->place])
            return feature->name;
    }
    return 0;
}

void cpu_init(const struct plan *plan)
{
    uint64_t cr4 = CR4_PAE | CR4_MCE | CR4_PGE | CR4_OSFXSR_OSXMMEXCPT | CR4_UMIP | CR4_FSGSBASE | CR4_SMEP_SMAP;
    if (plan->xcr0)
        cr4 |= CR4_OSXSAVE;
    cpu_set_cr0(CR0_PE_MP_TS_ET_NE_WP_AM_PG);
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4));     /* all else off: PCE, PKE, DE, VME, TSD, PCIDE */
    if (plan->xcr0)
        __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)plan->xcr0), "d"(0));
    cpu_write(MSR_EFER, EFER_SCE_LME_NXE);
    cpu_write(MSR_PAT, PAT_WB_WT_UC_UC_WC);
    __asm__ volatile("wbinvd" : : : "memory");              /* the loader's lines of what is no longer write-back (SDM 3A 11.12.4) */
    cpu_write(MSR_STAR, (uint64_t)(SELECTOR_KERNEL_DATA | 3) << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
    cpu_write(MSR_LSTAR, (uint64_t)entry_hypercall);
    cpu_write(MSR_CSTAR, (uint64_t)entry_nothing);
    cpu_write(MSR_SFMASK, FLAGS_CLEARED_AT_SYSCALL);
    cpu_write(MSR_SYSENTER_CS, 0);                      /* SYSENTER then is a #GP of its caller */
    cpu_write(MSR_SYSENTER_ESP, 0);
    cpu_write(MSR_SYSENTER_EIP, 0);
    if (cpu_id(0x80000001, 0).words[3] & 1u << 27)
        cpu_write(MSR_TSC_AUX, 0);
    __asm__ volatile("mov %0, %%db0\n\tmov %0, %%db1\n\tmov %0, %%db2\n\tmov %0, %%db3\n\t"
                     "mov %1, %%db6\n\tmov %2, %%db7" : : "r"(0ull), "r"(0xffff0ff0ull), "r"(0x400ull));
}
