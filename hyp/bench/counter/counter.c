/*
 * A TCG plugin that counts the kernel's instructions without touching the guest. The host gives it the addresses of the kernel's
 * symbols; when QEMU exits it writes its counts, a line each, to the file `out`.
 */
#include "counter.h"
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int qemu_plugin_version = PLUGIN_API;

static char *out_path;

static void block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t n = 0; n < count; n++) {
        struct qemu_plugin_insn *one = qemu_plugin_tb_get_insn(block, n);
        struct instruction *kernel =
            instruction_at(qemu_plugin_insn_vaddr(one), qemu_plugin_insn_data(one), (uint32_t)qemu_plugin_insn_size(one));
        if (kernel) {
            qemu_plugin_register_vcpu_insn_exec_cb(one, kernel_executed, PLUGIN_READS_NO_REGISTERS, kernel);
            continue;
        }
        /* Kernel and partition never share a block, and every way into a partition begins one. */
        if (n == 0)
            qemu_plugin_register_vcpu_tb_exec_cb(block, user_entered, PLUGIN_READS_NO_REGISTERS, 0);
        qemu_plugin_register_vcpu_insn_exec_inline(one, PLUGIN_ADD_U64, &measured.user, 1);
    }
}

static void way_write(FILE *out, const struct longest *one)
{
    fprintf(out, " %" PRIu64 " %" PRIu64, one->count, one->length);
    for (uint32_t n = 0; n < one->steps; n++)
        fprintf(out, " %" PRIx64 "*%" PRIu64, one->way[n].address, one->way[n].repeated);
    fprintf(out, "\n");
}

static void longest_write(FILE *out, unsigned kind)
{
    static const char *const names[] = {"boot", "timer", "timer_fpu", "spurious", "idle", "fault", "drain", "refused"};
    if (!measured.longest[kind].count)
        return;
    if (kind < KIND_CALL)
        fprintf(out, "longest %s", names[kind]);
    else
        fprintf(out, "longest call:%u", kind - KIND_CALL);
    way_write(out, &measured.longest[kind]);
}

static void counts_write(qemu_plugin_id_t id, void *nothing)
{
    (void)id;
    (void)nothing;
    FILE *out = fopen(out_path, "w");
    if (!out) {
        qemu_plugin_outs("counter: the output file cannot be written\n");
        return;
    }
    fprintf(out, "counts %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", measured.kernel, measured.user, measured.resumed);
    fprintf(out, "boot %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", measured.boot_total, measured.boot_verify, measured.boot_spin);
    for (uint64_t n = 0; n < measured.release_count; n++) {
        const struct release *one = &measured.releases[n];
        fprintf(out, "release %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu64 "\n", one->length, one->fpu, one->drained,
                one->looked, one->ran);
    }
    for (unsigned kind = 0; kind < KINDS; kind++)
        longest_write(out, kind);
    fprintf(out, "shortest release");
    way_write(out, &measured.shortest);
    instructions_write(out);
    fprintf(out, "end\n");
    fclose(out);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int count, char **arguments)
{
    if (!info->system_emulation || strcmp(info->target_name, "x86_64") != 0 || info->system.max_vcpus != 1) {
        qemu_plugin_outs("counter: needs the system emulator of x86_64 with one CPU\n");
        return 1;
    }
    for (int n = 0; n < count; n++) {
        char *value = strchr(arguments[n], '=');
        if (!value)
            return 1;
        *value++ = 0;
        if (strcmp(arguments[n], "out") == 0)
            out_path = strdup(value);
        else
            instructions_argument(arguments[n], value);
    }
    if (!out_path)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    qemu_plugin_register_atexit_cb(id, counts_write, 0);
    return 0;
}
