/*
 * Frames on a line (hyp/abi/loader.py): COBS between zero bytes, a CRC-32 at the end. Bytes go in and out one at a time; knows neither the
 * UART nor what frames mean. Host-testable.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include "hyp_loader.h"

struct frame_in {
    uint32_t length;                    /* bytes of the content so far */
    uint32_t run;                       /* bytes until the next code byte; 0: a code byte comes, or nothing has come */
    uint32_t zero;                      /* a zero belongs before what comes next */
    uint32_t spoilt;                    /* what comes until the next zero is no frame */
    uint32_t broken;                    /* how many were damaged; too short to be one is not counted */
    _Alignas(8) uint8_t content[LOADER_CONTENT_MAX];
};

/* Nonzero: a frame is whole, its head and body in `content`, this many bytes. It stays until the next call. */
uint32_t frame_take(struct frame_in *in, uint8_t byte);

/* A byte was lost or came damaged: what is in progress is no frame. */
void frame_spoil(struct frame_in *in);

typedef void frame_out(void *owner, uint8_t byte);

/* Sends `size` bytes (at most LOADER_CONTENT_MAX - 4) as a frame, zeros around it. */
void frame_send(const uint8_t *content, uint32_t size, frame_out *out, void *owner);

/* CRC-32 (ISO 3309). Begin with 0; `crc` of what came before goes on. */
uint32_t crc32_of(uint32_t crc, const uint8_t *data, uint32_t size);

#endif
