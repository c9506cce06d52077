/* A request may come twice, late, or not at all; each is answered by what is true now. */
#include "requests.h"
#include "machine.h"
#include "memory.h"

#define MAP_MAX (LOADER_ASK_MAX / 8)
#define BODY_MAX (sizeof(struct loader_missing) + MAP_MAX)
#define DIVISOR_MAX 0xffffu

static void byte_out(void *owner, uint8_t byte)
{
    struct loader *loader = owner;
    line_put(&loader->line, byte);
}

static void pause_taken(void *owner)
{
    struct loader *loader = owner;
    line_pump(&loader->line);
}

static void answer(struct loader *loader, uint8_t type, const void *body, uint32_t size)
{
    uint8_t content[sizeof(struct loader_head) + BODY_MAX];
    struct loader_head head;
    memcpy(&head, loader->in.content, sizeof head);
    head.type = type;
    memcpy(content, &head, sizeof head);
    memcpy(content + sizeof head, body, size);
    frame_send(content, (uint32_t)sizeof head + size, byte_out, loader);
}

static void result(struct loader *loader, uint32_t code, struct extent where)
{
    struct loader_result body = {.request = loader->in.content[0], .result = code, .from = where.start, .to = where.end};
    answer(loader, FRAME_RESULT, &body, sizeof body);
}

static void state(struct loader *loader)
{
    const struct store *store = &loader->store;
    struct loader_state body = {
        .version = LOADER_VERSION,
        .block_size = LOADER_BLOCK,
        .start = loader->own.start,
        .end = loader->own.end,
        .room = store->room,
        .baud_max = loader->line.baud_max,
        .divisor = loader->line.divisor,
        .base_divisor = loader->line.base_divisor,
        .size = store->size,
        .missing = store->missing,
        .overruns = loader->line.overruns,
        .broken = loader->in.broken,
        .fifo = loader->line.serial.depth,
    };
    answer(loader, FRAME_STATE, &body, sizeof body);
}

static void offer(struct loader *loader, uint16_t session, const uint8_t *body)
{
    struct loader_offer offered;
    memcpy(&offered, body, sizeof offered);
    loader->checked &= session == loader->store.session;
    if (store_offer(&loader->store, session, &offered))
        state(loader);
    else
        result(loader, RESULT_TOO_LARGE, (struct extent){0, loader->store.room});
}

static void missing(struct loader *loader, uint32_t first, uint32_t count)
{
    uint8_t body[BODY_MAX];
    struct loader_missing head = {first, count, loader->store.missing};
    memcpy(body, &head, sizeof head);
    store_map(&loader->store, first, count, body + sizeof head);
    answer(loader, FRAME_MISSING, body, (uint32_t)sizeof head + (count + 7) / 8);
}

static int compare(struct loader *loader, const uint8_t *body, uint32_t size)
{
    struct loader_hashes asked;
    memcpy(&asked, body, sizeof asked);
    if (asked.count > LOADER_HASHES_MAX || size != sizeof asked + asked.count * LOADER_HASH)
        return 0;
    store_compare(&loader->store, asked.first, asked.count, body + sizeof asked, pause_taken, loader);
    missing(loader, asked.first, asked.count);
    return 1;
}

static int ask(struct loader *loader, const uint8_t *body)
{
    struct loader_ask asked;
    memcpy(&asked, body, sizeof asked);
    if (asked.count > LOADER_ASK_MAX)
        return 0;
    missing(loader, asked.first, asked.count);
    return 1;
}

static void block(struct loader *loader, const uint8_t *body, uint32_t size)
{
    struct loader_block head;
    memcpy(&head, body, sizeof head);
    loader->checked = 0;
    store_block(&loader->store, head.index, body + sizeof head, size - (uint32_t)sizeof head);
}

static void speed(struct loader *loader, const uint8_t *body)
{
    struct loader_speed wanted;
    memcpy(&wanted, body, sizeof wanted);
    int possible = wanted.divisor >= 1 && wanted.divisor <= DIVISOR_MAX;
    result(loader, possible ? RESULT_OK : RESULT_SPEED_IMPOSSIBLE, (struct extent){0, loader->line.baud_max});
    if (possible && wanted.divisor != loader->line.divisor)
        line_set(&loader->line, wanted.divisor);
}

/* Of a file that is not what was offered nothing is believed: the hashes of its blocks will say which are wrong. */
static void check(struct loader *loader, const uint8_t *text, uint32_t size)
{
    struct store *store = &loader->store;
    struct extent where = {0, 0};
    uint32_t code;
    loader->checked = 0;
    if (store->missing)
        code = RESULT_INCOMPLETE;
    else if (!store_check(store, pause_taken, loader)) {
        store_forget(store);
        code = RESULT_HASH_DIFFERS;
    } else {
        loader->image = (struct image){.file = store->memory, .size = store->size};
        code = image_check(&loader->image, loader->machine, loader->own, &where);
    }
    if (code == RESULT_OK) {
        memcpy(loader->command_line, text, size);
        loader->command_line[size] = 0;
        loader->checked = 1;
    }
    result(loader, code, where);
}

static int start(struct loader *loader)
{
    struct extent nowhere = {0, 0};
    if (!loader->checked) {
        result(loader, RESULT_NOT_CHECKED, nowhere);
        return 0;
    }
    for (uint32_t n = 0; n < LOADER_STARTING_TIMES; n++)
        result(loader, RESULT_OK, nowhere);
    return 1;
}

/* Those that are about the file on offer. Zero: the body has a wrong size. */
static int of_the_file(struct loader *loader, uint32_t type, const uint8_t *body, uint32_t size, int *starts)
{
    switch (type) {
    case FRAME_HASHES: return size >= sizeof(struct loader_hashes) && compare(loader, body, size);
    case FRAME_ASK: return size == sizeof(struct loader_ask) && ask(loader, body);
    case FRAME_CHECK:
        if (size >= LOADER_COMMAND_LINE)
            return 0;
        check(loader, body, size);
        return 1;
    case FRAME_START: *starts = start(loader); return 1;
    default: return 0;
    }
}

static int request(struct loader *loader, uint32_t length)
{
    struct loader_head head;
    memcpy(&head, loader->in.content, sizeof head);
    const uint8_t *body = loader->in.content + sizeof head;
    uint32_t size = length - (uint32_t)sizeof head;
    int ours = loader->store.size && head.session == loader->store.session, starts = 0;
    if (head.type == FRAME_BLOCK) {
        if (ours && size > sizeof(struct loader_block))
            block(loader, body, size);
    } else if (head.type == FRAME_HELLO)
        state(loader);
    else if (head.type == FRAME_OFFER && size == sizeof(struct loader_offer))
        offer(loader, head.session, body);
    else if (head.type == FRAME_SPEED && size == sizeof(struct loader_speed))
        speed(loader, body);
    else if (head.type & 0x80)
        ;                               /* an answer: an echo of ours, or another loader's */
    else if (!ours)
        result(loader, RESULT_NO_OFFER, (struct extent){0, 0});
    else if (!of_the_file(loader, head.type, body, size, &starts))
        result(loader, RESULT_MALFORMED, (struct extent){0, 0});
    return starts;
}

void loader_init(struct loader *loader, const struct handover *machine, struct extent own, uint64_t from)
{
    loader->machine = machine;
    loader->own = own;
    store_init(&loader->store, physical(from), own.end - from);
}

/* What may have made a frame impossible is said before its next byte is looked at. */
static void flags_take(struct loader *loader, uint32_t found)
{
    if (found & (SERIAL_BROKEN | SERIAL_OVERRUN | SERIAL_BREAK))
        frame_spoil(&loader->in);
    if (found & SERIAL_BREAK && loader->line.divisor != loader->line.base_divisor)
        line_set(&loader->line, loader->line.base_divisor);
    else if (found & SERIAL_BROKEN)
        line_struck(&loader->line);
}

int loader_turn(struct loader *loader)
{
    uint32_t found = line_get(&loader->line), broken = loader->in.broken;
    if (found == SERIAL_NOTHING)
        return 0;
    flags_take(loader, found);
    uint32_t length = frame_take(&loader->in, (uint8_t)found);
    if (loader->in.broken != broken)
        line_struck(&loader->line);
    if (!length)
        return 0;
    line_good(&loader->line);
    return request(loader, length);
}
