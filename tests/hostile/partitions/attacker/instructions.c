/* Single instructions that ring 3 must not have, that do not exist, or that raise an exception. */
#include "attacker.h"

#define ALL "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "memory", "cc"

#define LIST(X) \
    X(cli, "cli") X(sti, "sti") X(hlt, "hlt") X(clts, "clts") X(invd, "invd") X(wbinvd, "wbinvd") X(swapgs, "swapgs") \
    X(read_cr0, "mov %%cr0, %%rax") X(read_cr2, "mov %%cr2, %%rax") X(read_cr3, "mov %%cr3, %%rax") \
    X(read_cr4, "mov %%cr4, %%rax") X(read_cr8, "mov %%cr8, %%rax") \
    X(write_cr0, "mov $0x80050033, %%eax; mov %%rax, %%cr0") X(write_cr3, "mov %%rax, %%cr3") \
    X(write_cr4, "mov $0x20, %%eax; mov %%rax, %%cr4") X(write_cr8, "mov %%rax, %%cr8") \
    X(read_dr0, "mov %%db0, %%rax") X(read_dr7, "mov %%db7, %%rax") X(write_dr0, "mov %%rax, %%db0") \
    X(write_dr7, "mov $0x402, %%eax; mov %%rax, %%db7") \
    X(rdmsr, "mov $0xc0000080, %%ecx; rdmsr") X(rdmsr_gs, "mov $0xc0000102, %%ecx; rdmsr") \
    X(wrmsr, "mov $0xc0000082, %%ecx; xor %%eax, %%eax; xor %%edx, %%edx; wrmsr") \
    X(lgdt, "lgdt -16(%%rsp)") X(lidt, "lidt -16(%%rsp)") X(lldt, "xor %%eax, %%eax; lldt %%ax") X(ltr, "mov $0x28, %%eax; ltr %%ax") \
    X(lmsw, "mov $1, %%eax; lmsw %%ax") X(invlpg, "invlpg (%%rsp)") \
    X(sgdt, "sgdt -16(%%rsp)") X(sidt, "sidt -16(%%rsp)") X(sldt, "sldt %%eax") X(smsw, "smsw %%eax") X(str, "str %%eax") \
    X(in_pic, "in $0x21, %%al") X(out_pic, "out %%al, $0x21") X(in_com1, "mov $0x3fd, %%edx; in %%dx, %%al") \
    X(out_com1, "mov $0x3f8, %%edx; out %%al, %%dx") X(out_exit, "mov $0xf4, %%edx; mov $0x10, %%eax; out %%eax, %%dx") \
    X(out_top, "mov $0xffff, %%edx; out %%eax, %%dx") X(insb, "mov %%rsp, %%rdi; mov $0x60, %%edx; insb") \
    X(outsb, "mov %%rsp, %%rsi; mov $0x80, %%edx; outsb") X(out_cf9, "mov $0xcf9, %%edx; mov $6, %%al; out %%al, %%dx") \
    X(sysretq, "mov %%rsp, %%rcx; sysretq") X(sysretl, "mov %%rsp, %%rcx; sysretl") \
    X(xsetbv, "xor %%ecx, %%ecx; mov $7, %%eax; xor %%edx, %%edx; xsetbv") X(rdpmc, "xor %%ecx, %%ecx; rdpmc") \
    X(sysenter, "sysenter") X(sysexit, ".byte 0x48; sysexit") X(clac, "clac") X(stac, "stac") \
    X(vmcall, "vmcall") X(vmlaunch, "vmlaunch") X(vmmcall, "vmmcall") X(vmrun, "vmrun") X(clgi, "clgi") X(stgi, "stgi") \
    X(skinit, "skinit") X(monitor, "monitor") X(mwait, "mwait") X(rsm, "rsm") X(getsec, "getsec") X(encls, ".byte 0x0f, 0x01, 0xcf") \
    X(rdpkru, "xor %%ecx, %%ecx; rdpkru") X(wrpkru, "xor %%ecx, %%ecx; xor %%edx, %%edx; wrpkru") X(vzeroall, "vzeroall") \
    X(invpcid, "invpcid -32(%%rsp), %%rax") X(xsaves, "xsaves64 (%%rsp)") X(xrstors, "xrstors64 (%%rsp)") \
    X(ud0, ".byte 0x0f, 0xff, 0xc0") X(ud1, ".byte 0x0f, 0xb9, 0xc0") X(ud2, "ud2") X(into, ".byte 0xce") X(pusha, ".byte 0x60") \
    X(push_cs, ".byte 0x0e") X(aam, ".byte 0xd4, 0x0a") X(far_call_direct, ".byte 0x9a, 0, 0, 0, 0, 0x23, 0") \
    X(far_jump_direct, ".byte 0xea, 0, 0, 0, 0, 0x23, 0") X(lock_mov, ".byte 0xf0, 0x89, 0xc0") \
    X(long_instruction, ".fill 15, 1, 0x66; nop") \
    X(divide_by_zero, "xor %%edx, %%edx; xor %%ecx, %%ecx; div %%ecx") \
    X(divide_overflow, "mov $1, %%eax; ror %%eax; cltd; mov $-1, %%ecx; idiv %%ecx") \
    X(icebp, ".byte 0xf1") X(int3, "int3") \
    X(x87_divide, "movw $0x37b, -8(%%rsp); fldcw -8(%%rsp); fldz; fld1; fdivp; fwait") \
    X(simd_divide, "movl $0x1f00, -8(%%rsp); ldmxcsr -8(%%rsp); pxor %%xmm1, %%xmm1; divss %%xmm1, %%xmm1") \
    X(ldmxcsr_reserved, "movl $0xffff1f80, -8(%%rsp); ldmxcsr -8(%%rsp)") \
    X(alignment, "pushf; orq $0x40000, (%%rsp); popf; mov 1(%%rsp), %%eax") \
    X(single_step, "pushf; orq $0x100, (%%rsp); popf; nop; nop") \
    X(single_step_rdtsc, "pushf; orq $0x100, (%%rsp); popf; rdtsc; nop") \
    X(single_step_icebp, "pushf; orq $0x100, (%%rsp); popf; .byte 0xf1") \
    X(mov_ss_icebp, "mov %%ss, %%eax; mov %%eax, %%ss; .byte 0xf1") X(mov_ss_int3, "mov %%ss, %%eax; mov %%eax, %%ss; int3") \
    X(mov_ss_ud2, "mov %%ss, %%eax; mov %%eax, %%ss; ud2") X(mov_ss_hlt, "mov %%ss, %%eax; mov %%eax, %%ss; hlt") \
    X(wrgsbase_bent, "mov $1, %%eax; shl $47, %%rax; wrgsbase %%rax") X(wrfsbase_bent, "mov $1, %%eax; shl $47, %%rax; wrfsbase %%rax")

#define DEFINE(name, text) \
    static void do_##name(uint64_t first, uint64_t second) \
    { \
        (void)first; \
        (void)second; \
        __asm__ volatile(text : : : ALL); \
    }
#define ENTRY(name, text) {#name, do_##name},

LIST(DEFINE)

/* `int first`, whatever the vector. */
static void software_interrupt(uint64_t first, uint64_t second)
{
    (void)second;
    ((void (*)(void))(interrupt_stubs + 4 * first))();
}

static void step_call(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    single_step_call();
}

static void step_mov_ss(uint64_t first, uint64_t second)
{
    (void)first;
    (void)second;
    single_step_mov_ss();
}

const struct attack instructions[] = {
    LIST(ENTRY)
    {"int", software_interrupt}, {"single_step_call", step_call}, {"single_step_mov_ss", step_mov_ss}, {0, 0},
};
