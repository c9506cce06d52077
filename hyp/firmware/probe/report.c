/* Lines, their checksum, and nothing about what they say. What does not fit is counted in the last line, which always fits. */
#include "report.h"

#define ROOM 98304u
#define LINES 1024u
#define LAST 96u                        /* kept free for the last line */
#define MARK "hyp-probe "

static char text[ROOM];
static uint32_t length, count, dropped, name;
static uint32_t starts[LINES + 1];
static int full;

static uint32_t checksum_add(uint32_t crc, uint8_t byte)
{
    crc ^= byte;
    for (uint32_t bit = 0; bit < 8; bit++)
        crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    return crc;
}

static void add(char character)
{
    if (!full && length < ROOM)
        text[length++] = character;
}

static void add_text(const char *from)
{
    while (*from)
        add(*from++);
}

static void add_digits(uint64_t value, uint32_t base)
{
    char digits[20];
    uint32_t n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (n)
        add(digits[--n]);
}

static void add_name(const char *called)
{
    add(' ');
    add_text(called);
    add('=');
}

void report_line(const char *subject)
{
    full = count >= LINES - 1 || length > ROOM - LAST - 512;
    if (full) {
        dropped++;
        return;
    }
    starts[count++] = length;
    add_text(subject);
}

void report_text(const char *called, const char *value, uint32_t most)
{
    add_name(called);
    for (uint32_t n = 0; n < most && value[n]; n++)
        if (value[n] > ' ' && value[n] <= '~' && value[n] != '%') {
            add(value[n]);
        } else {
            add('%');
            add("0123456789abcdef"[(uint8_t)value[n] >> 4]);
            add("0123456789abcdef"[value[n] & 15]);
        }
}

void report_word(const char *called, const char *value)
{
    add_name(called);
    add_text(value);
}

void report_number(const char *called, uint64_t value)
{
    add_name(called);
    add_digits(value, 10);
}

void report_hex(const char *called, uint64_t value)
{
    add_name(called);
    add_text("0x");
    add_digits(value, 16);
}

void report_end(void)
{
    full = 0;
    starts[count++] = length;
    add_text("end");
    report_number("dropped", dropped);
    starts[count] = length;
    uint32_t crc = UINT32_MAX;
    for (uint32_t n = 0; n < length; n++)
        crc = checksum_add(crc, (uint8_t)text[n]);
    name = ~crc;
}

uint32_t report_count(void)
{
    return count;
}

static uint32_t put(struct serial *serial, uint32_t crc, char character)
{
    serial_put(serial, (uint8_t)character);
    return checksum_add(crc, (uint8_t)character);
}

static uint32_t put_hex(struct serial *serial, uint32_t crc, uint32_t value)
{
    for (uint32_t shift = 32; shift; shift -= 4)
        crc = put(serial, crc, "0123456789abcdef"[value >> (shift - 4) & 15]);
    return crc;
}

static uint32_t put_number(struct serial *serial, uint32_t crc, uint32_t value)
{
    for (uint32_t unit = 1000; unit; unit /= 10)
        crc = put(serial, crc, (char)('0' + value / unit % 10));
    return crc;
}

void report_send(struct serial *serial, uint32_t number)
{
    if (number < 1 || number > count)
        return;
    uint32_t crc = UINT32_MAX;
    for (const char *at = MARK; *at; at++)
        crc = put(serial, crc, *at);
    crc = put_hex(serial, crc, name);
    crc = put(serial, crc, ' ');
    crc = put_number(serial, crc, number);
    crc = put(serial, crc, '/');
    crc = put_number(serial, crc, count);
    crc = put(serial, crc, ' ');
    for (uint32_t n = starts[number - 1]; n < starts[number]; n++)
        crc = put(serial, crc, text[n]);
    put(serial, 0, ' ');
    put(serial, 0, '*');
    put_hex(serial, 0, ~crc);
    put(serial, 0, '\r');
    put(serial, 0, '\n');
}
