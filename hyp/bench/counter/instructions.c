/* The kernel's instructions: which addresses are the kernel's, what is special about each, and how often it ran. */
#include "counter.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define RANGES 32

struct marked {
    struct range range;
    uint32_t marks;
    int32_t call;
};

static struct range areas[2];           /* the boot segment, the kernel's text */
static struct instruction *table[2];
static unsigned area_count;
static struct marked marked[CALLS + RANGES];
static unsigned marked_count;

/* Arguments that name a first instruction; the rest name ranges in which certain instructions count. */
static const struct {
    const char *name;
    uint32_t marks;
} names[] = {
    {"boot_entry", MARK_BOOT}, {"timer", MARK_TIMER}, {"hypercall", MARK_HYPERCALL}, {"exit_now", MARK_EXIT_NOW},
    {"release", MARK_RELEASE}, {"spin", MARK_SPIN}, {"look", MARK_LOOK}, {"verify", MARK_VERIFY}, {"drain", MARK_DRAIN},
    {"drain_look", MARK_DRAIN_LOOK}, {"end", MARK_END}, {"entry", MARK_ENTRY},
};

static struct range range_of(const char *text)
{
    char *rest;
    struct range range = {.start = strtoull(text, &rest, 16)};
    range.end = *rest == '-' ? strtoull(rest + 1, 0, 16) : range.start + 1;
    return range;
}

/* `area=START-END` (twice at most), `call=NUMBER:ADDRESS`, and NAME=ADDRESS or NAME=START-END; hexadecimal. */
void instructions_argument(const char *name, const char *value)
{
    if (strcmp(name, "area") == 0 && area_count < 2) {
        areas[area_count] = range_of(value);
        table[area_count] = calloc(areas[area_count].end - areas[area_count].start, sizeof **table);
        area_count += table[area_count] != 0;
        return;
    }
    struct marked *one = &marked[marked_count];
    one->call = -1;
    if (strcmp(name, "call") == 0) {
        char *rest;
        one->call = (int32_t)strtol(value, &rest, 10);
        value = rest + 1;
    }
    for (unsigned n = 0; n < sizeof names / sizeof *names; n++)
        if (strcmp(name, names[n].name) == 0)
            one->marks = names[n].marks;
    one->range = range_of(value);
    marked_count += (one->marks || (one->call >= 0 && one->call < CALLS)) && marked_count < CALLS + RANGES - 1;
}

static int is_rdtsc(const uint8_t *bytes)
{
    return bytes[0] == 0x0f && bytes[1] == 0x31;
}

/* XSAVE, XRSTOR, FXSAVE, FXRSTOR with a REX prefix, memory forms (SDM 2, 0F AE /0 /1 /4 /5). */
static int moves_fpu(const uint8_t *bytes, uint32_t size)
{
    if (size < 4 || (bytes[0] & 0xf0) != 0x40 || bytes[1] != 0x0f || bytes[2] != 0xae || bytes[3] >= 0xc0)
        return 0;
    unsigned operation = bytes[3] >> 3 & 7;
    return operation == 0 || operation == 1 || operation == 4 || operation == 5;
}

/* IRETQ, SYSRETQ (SDM 2). */
static int leaves(const uint8_t *bytes, uint32_t size)
{
    return (size == 2 && bytes[0] == 0x48 && bytes[1] == 0xcf) || (size == 3 && bytes[0] == 0x48 && bytes[1] == 0x0f && bytes[2] == 0x07);
}

static void mark(struct instruction *instruction, const uint8_t *bytes, uint32_t size)
{
    instruction->call = -1;
    instruction->size = size;
    instruction->marks = size == 1 && bytes[0] == 0xf4 ? MARK_HALT : 0;
    instruction->marks |= moves_fpu(bytes, size) ? MARK_FPU : 0;
    instruction->marks |= leaves(bytes, size) ? MARK_LEAVE : 0;
    for (unsigned n = 0; n < marked_count; n++) {
        const struct marked *one = &marked[n];
        if (instruction->address < one->range.start || instruction->address >= one->range.end)
            continue;
        if (one->call >= 0)
            instruction->call = one->call;
        if (!(one->marks & (MARK_LOOK | MARK_DRAIN_LOOK)) || is_rdtsc(bytes))
            instruction->marks |= one->marks;
    }
}

/* The record of a kernel instruction; NULL for what is not the kernel's. Translated again, it is the same. */
struct instruction *instruction_at(uint64_t address, const uint8_t *bytes, uint32_t size)
{
    for (unsigned n = 0; n < area_count; n++)
        if (address >= areas[n].start && address < areas[n].end) {
            struct instruction *found = &table[n][address - areas[n].start];
            if (!found->size) {
                found->address = address;
                mark(found, bytes, size);
            }
            return found;
        }
    return 0;
}

void instructions_write(FILE *out)
{
    for (unsigned n = 0; n < area_count; n++)
        for (uint64_t at = 0; at < areas[n].end - areas[n].start; at++)
            if (table[n][at].executed)
                fprintf(out, "executed %" PRIx64 " %" PRIu64 "\n", table[n][at].address, table[n][at].executed);
}
