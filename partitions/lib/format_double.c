/* See format_double.h. Empty in builds without an FPU, which cannot pass a double. */
#include "format_double.h"

#ifdef __SSE2__
#include <stdint.h>
#include <string.h>

#include "decimal.h"

/* Digit at a place of the decimal system: 0 is the first one behind the point, -1 the unit's. */
static char digit_at(const struct decimal *decimal, int place)
{
    int index = place + decimal->point;

    return (char)('0' + (index >= 0 && index < decimal->count ? decimal->digits[index] : 0));
}

static void places_put(struct output *output, const struct decimal *decimal, int from, int to)
{
    for (int place = from; place < to; place++) {
        char digit = digit_at(decimal, place);

        output_put(output, &digit, 1);
    }
}

static void fixed_put(struct output *output, struct conversion *conversion, const struct decimal *decimal,
              const char *prefix, int places)
{
    int whole = decimal->count > 0 && decimal->point > 1 ? decimal->point : 1;
    bool dot = places > 0 || conversion->alternate;
    int fill = output_open(output, conversion, prefix, whole + dot + places);

    places_put(output, decimal, -whole, 0);
    output_put(output, ".", dot);
    places_put(output, decimal, 0, places);
    output_repeat(output, ' ', fill);
}

static void scientific_put(struct output *output, struct conversion *conversion, struct decimal *decimal,
               const char *prefix, int places, char letter)
{
    int exponent = decimal->count > 0 ? decimal->point - 1 : 0;
    unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
    bool dot = places > 0 || conversion->alternate;
    char tail[5] = { letter, exponent < 0 ? '-' : '+' };
    int tail_count = 2;

    if (size >= 100)
        tail[tail_count++] = (char)('0' + size / 100);
    tail[tail_count++] = (char)('0' + size / 10 % 10);
    tail[tail_count++] = (char)('0' + size % 10);
    decimal->point = 1;
    int fill = output_open(output, conversion, prefix, 1 + dot + places + tail_count);
    places_put(output, decimal, -1, 0);
    output_put(output, ".", dot);
    places_put(output, decimal, 0, places);
    output_put(output, tail, (size_t)tail_count);
    output_repeat(output, ' ', fill);
}

/* C11 7.21.6.1, `g`: the shorter style, without trailing zeros unless `#` asks for them. */
static void general_put(struct output *output, struct conversion *conversion, struct decimal *decimal,
            const char *prefix, int precision, char letter)
{
    int significant = precision > 0 ? precision : 1;

    decimal_round(decimal, significant);
    int exponent = decimal->count > 0 ? decimal->point - 1 : 0;
    int shown = conversion->alternate ? significant : decimal->count;
    if (exponent < -4 || exponent >= significant) {
        int places = shown > 1 ? shown - 1 : 0;

        scientific_put(output, conversion, decimal, prefix, places, letter);
    } else {
        int places = shown - 1 - exponent;

        fixed_put(output, conversion, decimal, prefix, places > 0 ? places : 0);
    }
}

void double_put(struct output *output, struct conversion *conversion, double value, char kind)
{
    bool upper = kind < 'a';
    char lower = (char)(upper ? kind + ('a' - 'A') : kind);
    char letter = upper ? 'E' : 'e';
    int precision = conversion->precision < 0 ? 6 : conversion->precision;
    char prefix[2] = "";
    struct decimal decimal;
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    prefix[0] = bits >> 63 ? '-' : conversion->sign;
    if ((bits >> 52 & 0x7ff) == 0x7ff) {
        const char *word = bits << 12 == 0 ? (upper ? "INF" : "inf") : (upper ? "NAN" : "nan");

        conversion->zero = false;
        int fill = output_open(output, conversion, prefix, 3);
        output_put(output, word, 3);
        output_repeat(output, ' ', fill);
        return;
    }
    decimal_expand(&decimal, bits);
    if (lower == 'g') {
        general_put(output, conversion, &decimal, prefix, precision, letter);
    } else if (lower == 'e') {
        decimal_round(&decimal, 1 + precision);
        scientific_put(output, conversion, &decimal, prefix, precision, letter);
    } else {
        decimal_round(&decimal, decimal.point + precision);
        fixed_put(output, conversion, &decimal, prefix, precision);
    }
}
#endif
