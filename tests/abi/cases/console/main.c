/* The calls of group `console`. */
#include "../case.h"

void partition_main(void)
{
    CASE(console_write, BAD_ADDRESS, "the text is not wholly readable by the caller; nothing was taken",
         hyp_console_write((const void *)NOWHERE, 1));
    CASE(console_write, BAD_ADDRESS, "the text is not wholly readable by the caller; nothing was taken",
         hyp_console_write((const void *)(UINT64_MAX - 10), 100));
    WORKS(console_write, hyp_console_write("", 0) == 0 && hyp_console_write("# five\n", 7) == 7);
    char nothing[8];
    CASE(console_read, BAD_ADDRESS, "the buffer is not wholly writable by the caller", hyp_console_read((void *)(UINT64_MAX - 10), 100));
    WORKS(console_read, hyp_console_read(nothing, sizeof nothing) == 0 && hyp_console_read(nothing, 0) == 0);
    case_end();
}
