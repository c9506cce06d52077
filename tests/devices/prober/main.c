/* Reads one I/O port: `args` is its number in hexadecimal, and the bytes of the access: `3e8 1`. */
#include <hyp.h>
#include <hyp_io.h>

void partition_main(void)
{
    const char *args = hyp_info()->args;
    uint16_t port = 0;

    for (; *args != ' '; args++)
        port = (uint16_t)(port << 4 | (*args <= '9' ? *args - '0' : *args - 'a' + 10));
    switch (args[1]) {
    case '1':
        hyp_in8(port);
        break;
    case '2':
        hyp_in16(port);
        break;
    default:
        hyp_in32(port);
        break;
    }
    hyp_verdict(1, "read");
    for (;;)
        hyp_yield();
}
