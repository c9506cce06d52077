/* `args`: what is swept, then numbers (decimal): `send|receive QUEUING WORDS OFFSETS`, `die|kill WORDS LIVES`,
 * `notify|listen OFFSETS`, `upcall OFFSETS`, `ask ALARMS OFFSETS`, `pong`, `cut|other SENDS QUEUING WORDS OFFSETS COUNT`,
 * `gate|break OFFSETS COUNT`, `work`. */
#include "breaks.h"
#include "restarts.h"

struct log *races_log;
void delay(uint64_t count);

#define NEAR 300u               /* ticks: more than a look at the clock and what follows it take */

void wrong_at(uint64_t line, uint64_t first, uint64_t second)
{
    if (races_log->wrong++)
        return;
    races_log->line = line;
    races_log->first = first;
    races_log->second = second;
}

void wait_until(uint64_t at)
{
    while (tsc() < at - NEAR)
        ;
    delay(at - tsc());
}

uint64_t window_end(void)
{
    return hyp_info()->time_base + *(const volatile uint64_t *)&hyp_info()->window_end;
}

static uint64_t number(const char **at)
{
    uint64_t value = 0;
    while (**at && (**at < '0' || **at > '9'))
        ++*at;
    for (; **at >= '0' && **at <= '9'; ++*at)
        value = value * 10 + (uint64_t)(**at - '0');
    return value;
}

void partition_main(void)
{
    const char *at = hyp_info()->args;
    char what = *at;
    char own[40];
    hyp_snprintf(own, sizeof own, "%s_log", hyp_info()->name);
    races_log = (struct log *)hyp_area(hyp_area("log") ? "log" : own)->base;
    uint64_t first = number(&at), second = number(&at), third = number(&at);
    if (what == 's' || what == 'r')
        messages_run(what == 's', first, second, third);
    if (what == 'd')
        lives_run(first, second);
    if (what == 'k')
        killer_run(first, second);
    if (what == 'a')
        asker_run(first, second);
    if (what == 'p')
        replier_run();
    if (what == 'n' || what == 'l')
        events_run(what == 'n', first);
    if (what == 'c' || what == 'o') {
        const struct sweep sweep = {first, second, third, number(&at), number(&at)};
        (what == 'c' ? cut_run : other_run)(&sweep);
    }
    if (what == 'g')
        caller_run(first, second);
    if (what == 'b')
        breaker_run(first, second);
    if (what == 'w')
        server_run();
    upcalls_run(first);
}
