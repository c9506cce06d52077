/* COBS: a code byte says how many bytes follow before the next zero; 255 says that 254 follow and no zero. */
#include "frames.h"
#include "memory.h"

#define CRC_SIZE 4
#define RUN_MAX 255

uint32_t crc32_of(uint32_t crc, const uint8_t *data, uint32_t size)
{
    static const uint32_t steps[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    crc = ~crc;
    for (uint32_t n = 0; n < size; n++) {
        crc ^= data[n];
        crc = crc >> 4 ^ steps[crc & 15];
        crc = crc >> 4 ^ steps[crc & 15];
    }
    return ~crc;
}

void frame_spoil(struct frame_in *in)
{
    in->spoilt = 1;
}

static void put(struct frame_in *in, uint8_t byte)
{
    if (in->length == LOADER_CONTENT_MAX)
        in->spoilt = 1;
    else
        in->content[in->length++] = byte;
}

/* The zero that ends a frame; the bytes of its content that are head and body, or 0. */
static uint32_t end(struct frame_in *in)
{
    uint32_t length = in->length, whole = !in->spoilt && in->run == 0, found = 0;
    if (whole && length >= sizeof(struct loader_head) + CRC_SIZE) {
        uint32_t sum;
        found = length - CRC_SIZE;
        memcpy(&sum, in->content + found, CRC_SIZE);
        if (sum != crc32_of(0, in->content, found))
            found = 0;
    }
    if (!found && (length || in->spoilt))
        in->broken++;
    in->length = in->run = in->zero = in->spoilt = 0;
    return found;
}

uint32_t frame_take(struct frame_in *in, uint8_t byte)
{
    if (byte == 0)
        return end(in);
    if (in->run) {
        put(in, byte);
        in->run--;
        return 0;
    }
    if (in->zero)
        put(in, 0);
    in->run = byte - 1u;
    in->zero = byte != RUN_MAX;
    return 0;
}

/* ---- Sending. The content's last bytes are the CRC, which has no memory of its own. */

struct source {
    const uint8_t *content;
    uint32_t size, crc;
};

static uint8_t byte_of(const struct source *source, uint32_t at)
{
    return at < source->size ? source->content[at] : (uint8_t)(source->crc >> (at - source->size) * 8);
}

void frame_send(const uint8_t *content, uint32_t size, frame_out *out, void *owner)
{
    struct source source = {content, size, crc32_of(0, content, size)};
    uint32_t total = size + CRC_SIZE, at = 0;
    out(owner, 0);
    for (;;) {
        uint32_t run = 0;
        while (at + run < total && run < RUN_MAX - 1 && byte_of(&source, at + run))
            run++;
        out(owner, (uint8_t)(run + 1));
        for (uint32_t n = 0; n < run; n++)
            out(owner, byte_of(&source, at + n));
        at += run;
        if (at == total)
            break;
        at += run < RUN_MAX - 1;        /* the zero that the code byte stands for */
    }
    out(owner, 0);
}
