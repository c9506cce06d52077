/*
 * A TCG plugin that stamps the kernel's writes to the monitor's pins with the emulator's clock, without touching the guest. A line of
 * QEMU's log, `pin NS`, stands before the device's own trace line with the value. Arguments: `write=ADDRESS` of each `out` instruction to
 * watch (hexadecimal), at most 16 of them.
 */
#include "qemu_plugin.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITES 16
#define CLOCK_VIRTUAL 1                 /* QEMUClockType, include/qemu/timer.h */

int qemu_plugin_version = PLUGIN_API;

static int64_t (*clock_now)(int type);
static uint64_t executed, at_rdtsc;     /* instructions so far, and at the last RDTSC */
static uint64_t writes[WRITES];
static unsigned write_count;

/*
 * Inside a CPU's thread QEMU allows a look at its clock in an I/O instruction only. Any other thread gets the time of the last such
 * look, which an RDTSC is: so another thread reads it, and the instructions since then are added.
 */
static sem_t asked, answered;
static int64_t answer;

static void *clock_reader(void *nothing)
{
    (void)nothing;
    for (;;) {
        sem_wait(&asked);
        answer = clock_now(CLOCK_VIRTUAL);
        sem_post(&answered);
    }
    return 0;
}

static void pin_written(unsigned cpu, void *nothing)
{
    (void)cpu;
    (void)nothing;
    char line[64];
    sem_post(&asked);
    sem_wait(&answered);
    snprintf(line, sizeof line, "pin %" PRIu64 "\n", (uint64_t)answer + executed - at_rdtsc);
    qemu_plugin_outs(line);
}

static void tsc_read(unsigned cpu, void *nothing)
{
    (void)cpu;
    (void)nothing;
    at_rdtsc = executed;
}

static int is_rdtsc(const uint8_t *bytes, size_t size)
{
    return size == 2 && bytes[0] == 0x0f && bytes[1] == 0x31;
}

static void block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t n = 0; n < count; n++) {
        struct qemu_plugin_insn *one = qemu_plugin_tb_get_insn(block, n);
        if (is_rdtsc(qemu_plugin_insn_data(one), qemu_plugin_insn_size(one)))
            qemu_plugin_register_vcpu_insn_exec_cb(one, tsc_read, PLUGIN_READS_NO_REGISTERS, 0);
        for (unsigned w = 0; w < write_count; w++)
            if (writes[w] == qemu_plugin_insn_vaddr(one))
                qemu_plugin_register_vcpu_insn_exec_cb(one, pin_written, PLUGIN_READS_NO_REGISTERS, 0);
        qemu_plugin_register_vcpu_insn_exec_inline(one, PLUGIN_ADD_U64, &executed, 1);
    }
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int count, char **arguments)
{
    pthread_t reader;
    void *symbol = dlsym(RTLD_DEFAULT, "qemu_clock_get_ns");
    memcpy(&clock_now, &symbol, sizeof clock_now);
    if (!clock_now || !info->system_emulation || info->system.max_vcpus != 1) {
        fputs("pins: needs a system emulator with one CPU that exports its clock\n", stderr);
        return 1;
    }
    for (int n = 0; n < count; n++)
        if (strncmp(arguments[n], "write=", 6) == 0 && write_count < WRITES)
            writes[write_count++] = strtoull(arguments[n] + 6, 0, 16);
    if (sem_init(&asked, 0, 0) || sem_init(&answered, 0, 0) || pthread_create(&reader, 0, clock_reader, 0))
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    return 0;
}
