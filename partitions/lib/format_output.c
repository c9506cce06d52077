/* See format_output.h. */
#include "format_output.h"

#include <string.h>

void output_put(struct output *output, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++, output->total++)
        if (output->total >= output->skip && output->total - output->skip < output->size)
            output->buffer[output->total - output->skip] = text[i];
}

void output_repeat(struct output *output, char character, int count)
{
    for (int i = 0; i < count; i++)
        output_put(output, &character, 1);
}

int output_open(struct output *output, const struct conversion *conversion, const char *prefix, int count)
{
    size_t prefix_length = strlen(prefix);
    int fill = conversion->width - count - (int)prefix_length;

    if (fill < 0)
        fill = 0;
    if (!conversion->left && !conversion->zero)
        output_repeat(output, ' ', fill);
    output_put(output, prefix, prefix_length);
    if (!conversion->left && conversion->zero)
        output_repeat(output, '0', fill);
    return conversion->left ? fill : 0;
}
