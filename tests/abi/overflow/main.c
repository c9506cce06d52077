/* Writes more than the console's ring holds, in one call of the library, and says later how much was taken. */
#include <hyp.h>
#include <string.h>

void partition_main(void)
{
    static char text[10000];

    memset(text, 'x', sizeof text);
    hyp_result_t taken = hyp_console_write(text, sizeof text);
    hyp_result_t more = hyp_console_write(text, 1);
    for (int window = 0; window < 60; window++) /* the console drains */
        hyp_yield();
    hyp_printf("\ntaken %lld, then %lld\n", (long long)taken, (long long)more);
}
