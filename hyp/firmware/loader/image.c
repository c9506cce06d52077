/* ELF-64 (System V ABI), the multiboot2 header (specification 2.0, 3.1) and PVH's note. Everything in the file is checked before it is used. */
#include "image.h"
#include "machine.h"
#include "memory.h"

#define LOADS_MAX 128u
#define LOW_4G (1ull << 32)
#define EXECUTABLE 2
#define X86_64 62
#define LOAD 1
#define NOTE 4
#define MULTIBOOT2 0xe85250d6u
#define MULTIBOOT2_SEARCHED 32768u
#define TAGS_MAX 64u
#define TAG_END 0
#define TAG_ADDRESS 2
#define TAG_ENTRY 3
#define NOTES_MAX 16u
#define NOTE_PHYS32_ENTRY 18

struct elf {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, headers, sections;
    uint32_t flags;
    uint16_t size, header_size, header_count, section_size, section_count, names;
};

struct segment {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, size, alignment;
};

static int range_in(uint64_t from, uint64_t size, uint64_t end)
{
    return from <= end && size <= end - from;
}

static int get(const struct image *image, uint64_t from, void *to, uint32_t size)
{
    if (!range_in(from, size, image->size))
        return 0;
    memcpy(to, image->file + from, size);
    return 1;
}

/* Of a file whose headers were found whole. */
static struct segment segment_of(const struct image *image, uint32_t index)
{
    struct elf elf;
    struct segment segment;
    memcpy(&elf, image->file, sizeof elf);
    memcpy(&segment, image->file + elf.headers + index * sizeof segment, sizeof segment);
    return segment;
}

static uint32_t segment_count(const struct image *image)
{
    struct elf elf;
    memcpy(&elf, image->file, sizeof elf);
    return elf.header_count;
}

static uint32_t header_check(const struct image *image, struct extent *where)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F'};
    struct elf elf;
    if (image->size < sizeof magic || memcmp(image->file, magic, sizeof magic) != 0)
        return RESULT_NOT_ELF;
    *where = (struct extent){0, sizeof elf};
    if (!get(image, 0, &elf, sizeof elf))
        return RESULT_CUT;
    if (elf.ident[4] != 2 || elf.ident[5] != 1 || elf.type != EXECUTABLE || elf.machine != X86_64)
        return RESULT_WRONG_MACHINE;
    if (elf.header_size != sizeof(struct segment) || elf.header_count == 0 || elf.header_count > LOADS_MAX)
        return RESULT_WRONG_MACHINE;
    uint64_t size = elf.header_count * sizeof(struct segment);
    *where = (struct extent){elf.headers, elf.headers + size};
    return range_in(elf.headers, size, image->size) ? RESULT_OK : RESULT_CUT;
}

static int overlap(struct extent one, struct extent other)
{
    return one.start < other.end && other.start < one.end;
}

static int is_ram(const struct handover *machine, struct extent wanted)
{
    for (uint32_t tries = 0; tries <= machine->region_count && wanted.start < wanted.end; tries++)
        for (uint32_t n = 0; n < machine->region_count; n++) {
            const struct region *region = &machine->regions[n];
            if (region->type == REGION_RAM && wanted.start >= region->start && wanted.start - region->start < region->size) {
                wanted.start = region->start + region->size;
                break;
            }
        }
    return wanted.start >= wanted.end;
}

static struct extent memory_of(const struct segment *segment)
{
    return (struct extent){segment->physical, segment->physical + segment->size};
}

static uint32_t segment_check(const struct image *image, const struct handover *machine, struct extent own, uint32_t index, struct extent *where)
{
    struct segment segment = segment_of(image, index);
    *where = (struct extent){segment.offset, segment.offset + segment.file_size};
    if ((segment.type == LOAD || segment.type == NOTE) && !range_in(segment.offset, segment.file_size, image->size))
        return RESULT_CUT;
    if (segment.type != LOAD || segment.size == 0)
        return RESULT_OK;
    if (segment.file_size > segment.size)
        return RESULT_WRONG_MACHINE;
    *where = (struct extent){segment.physical, segment.physical + segment.size};
    if (!range_in(segment.physical, segment.size, LOW_4G))
        return RESULT_NO_RAM;
    if (overlap(*where, own))
        return RESULT_LOADER_MEMORY;
    if (!is_ram(machine, *where))
        return RESULT_NO_RAM;
    for (uint32_t n = 0; n < index; n++) {
        struct segment other = segment_of(image, n);
        if (other.type == LOAD && overlap(*where, memory_of(&other)))
            return RESULT_SEGMENTS_OVERLAP;
    }
    return RESULT_OK;
}

static int is_loaded(const struct image *image, uint64_t address)
{
    for (uint32_t n = 0; n < segment_count(image); n++) {
        struct segment segment = segment_of(image, n);
        if (segment.type == LOAD && address >= segment.physical && address - segment.physical < segment.file_size)
            return 1;
    }
    return 0;
}

/* The entry address tag's, or the ELF's own; 0 when the header wants to be loaded by addresses of its own. */
static uint64_t multiboot2_entry(const struct image *image, uint32_t at, uint32_t length)
{
    uint32_t end = at + length;
    struct elf elf;
    memcpy(&elf, image->file, sizeof elf);
    uint64_t entry = elf.entry;
    at += 16;
    for (uint32_t n = 0; n < TAGS_MAX && at + 8 <= end; n++) {
        struct {
            uint16_t type, flags;
            uint32_t size, address;
        } tag = {0};
        if (!get(image, at, &tag, 8) || tag.type == TAG_END || tag.size < 8 || tag.size > end - at)
            break;
        if (tag.type == TAG_ADDRESS)
            return 0;
        if (tag.type == TAG_ENTRY && get(image, at, &tag, sizeof tag))
            entry = tag.address;
        at += (tag.size + 7) & ~7u;
    }
    return entry;
}

static uint64_t multiboot2_find(const struct image *image)
{
    for (uint32_t at = 0; at < MULTIBOOT2_SEARCHED; at += 8) {
        uint32_t head[4];
        if (!get(image, at, head, sizeof head))
            break;
        if (head[0] == MULTIBOOT2 && head[1] == 0 && head[0] + head[2] + head[3] == 0 && range_in(at, head[2], image->size) && head[2] >= 16)
            return multiboot2_entry(image, at, head[2]);
    }
    return 0;
}

/* Linux and Xen agree on notes: sizes of name and content, type, both padded to 4. */
static uint64_t pvh_find(const struct image *image)
{
    for (uint32_t n = 0; n < segment_count(image); n++) {
        struct segment segment = segment_of(image, n);
        uint64_t at = segment.offset, end = segment.offset + segment.file_size;
        for (uint32_t tries = 0; segment.type == NOTE && tries < NOTES_MAX && at < end; tries++) {
            struct {
                uint32_t name_size, size, type;
                char name[4];
                uint32_t entry;
            } note;
            if (!range_in(at, sizeof note, end) || !get(image, at, &note, sizeof note))
                break;
            if (note.type == NOTE_PHYS32_ENTRY && note.name_size == 4 && memcmp(note.name, "Xen", 4) == 0)
                return note.entry;
            at += 12 + ((note.name_size + 3ull) & ~3ull) + ((note.size + 3ull) & ~3ull);
        }
    }
    return 0;
}

uint32_t image_check(struct image *image, const struct handover *machine, struct extent own, struct extent *where)
{
    uint32_t result = header_check(image, where);
    for (uint32_t n = 0; result == RESULT_OK && n < segment_count(image); n++)
        result = segment_check(image, machine, own, n, where);
    if (result != RESULT_OK)
        return result;
    *where = (struct extent){0, 0};
    uint64_t multiboot2 = multiboot2_find(image), entry = multiboot2 ? multiboot2 : pvh_find(image);
    if (!entry || !is_loaded(image, entry))
        return RESULT_NO_ENTRY;
    image->protocol = multiboot2 ? HANDOVER_MULTIBOOT2 : HANDOVER_PVH;
    image->entry = (uint32_t)entry;
    return RESULT_OK;
}

void image_place(const struct image *image)
{
    for (uint32_t n = 0; n < segment_count(image); n++) {
        struct segment segment = segment_of(image, n);
        if (segment.type != LOAD || segment.size == 0)
            continue;
        char *to = physical(segment.physical);
        memcpy(to, image->file + segment.offset, segment.file_size);
        memset(to + segment.file_size, 0, segment.size - segment.file_size);
    }
}
