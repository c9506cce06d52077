/* Finds the attack that `args` names ("name first second", numbers in hex), runs it, and says so if it comes back. */
#include "attacker.h"

#include <string.h>

struct log *the_log;

static const struct attack *const groups[] = {
    instructions, memory_attacks, selector_attacks, state_attacks, call_attacks, noise, lives, services,
};

void check_at(uint64_t line, uint64_t value, uint64_t wanted)
{
    the_log->checks++;
    if (value == wanted || the_log->failed_line)
        return;
    the_log->failed_line = line;
    the_log->failed_value = value;
}

uint64_t now(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

void run_for(uint64_t ticks)
{
    uint64_t start = now();
    while (now() - start < ticks)
        ;
}

int64_t raw_call(uint64_t rax, uint64_t first, uint64_t second, uint64_t third)
{
    __asm__ volatile("syscall" : "+a"(rax) : "D"(first), "S"(second), "d"(third) : "rcx", "r11", "memory");
    return (int64_t)rax;
}

int64_t tagged(uint32_t number, uint64_t first, uint64_t second, uint64_t third)
{
    return raw_call((uint64_t)HYP_HYPERCALL_TAG << 32 | number, first, second, third);
}

static uint64_t number(const char **at)
{
    uint64_t value = 0;
    while (**at == ' ')
        ++*at;
    for (; **at && **at != ' '; ++*at)
        value = value << 4 | (uint64_t)(**at <= '9' ? **at - '0' : **at - 'a' + 10);
    return value;
}

static const struct attack *find(const char *name, size_t length)
{
    for (size_t group = 0; group < sizeof groups / sizeof *groups; group++)
        for (const struct attack *attack = groups[group]; attack->name; attack++)
            if (strlen(attack->name) == length && memcmp(attack->name, name, length) == 0)
                return attack;
    return NULL;
}

void partition_main(void)
{
    const char *at = hyp_info()->args, *name = at;
    const hyp_area_t *area = hyp_area("log");
    the_log = (struct log *)area->base;
    while (*at && *at != ' ')
        at++;
    const struct attack *attack = find(name, (size_t)(at - name));
    if (!attack) {
        hyp_printf("no attack is called %s\n", name);
        return;
    }
    uint64_t first = number(&at), second = number(&at);
    the_log->began = BEGAN;
    attack->run(first, second);
    the_log->survived = SURVIVED;
    for (;;)
        hyp_yield();
}
