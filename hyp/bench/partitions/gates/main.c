/*
 * Calls through gates. `client` takes the time of calls to `server`, which sends the words straight back; the figures stay in memory.
 * `deep` calls along a row of links whose last one works for a while, so that windows end anywhere in there; `nurse` restarts a link.
 */
#include <hyp.h>
#include <string.h>

#define ROUNDS 500

volatile uint64_t empty_pairs[ROUNDS], calls[ROUNDS];
volatile uint64_t done;

/* Ticks from a look to the next, the call's `mov` to rax and `syscall` among them; less than nothing when it fails. */
static uint32_t timed(void)
{
    uint64_t rax;
    uint32_t ticks;
    __asm__ volatile("rdtsc\n\tmov %%eax, %%ebx\n\tmov %2, %%rax\n\tsyscall\n\tmov %%rax, %0\n\trdtsc\n\tsub %%ebx, %%eax"
                     : "=&r"(rax), "=&a"(ticks)
                     : "i"((uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_GATE_CALL)
                     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory");
    return (int64_t)rax < 0 ? UINT32_MAX : ticks;
}

static uint32_t empty_pair(void)
{
    uint64_t rax;
    uint32_t ticks;
    __asm__ volatile("rdtsc\n\tmov %%eax, %%ebx\n\tmov %%rax, %0\n\trdtsc\n\tsub %%ebx, %%eax"
                     : "=&r"(rax), "=&a"(ticks) : : "rbx", "rdx", "memory");
    return ticks;
}

static void client(void)
{
    while (timed() == UINT32_MAX)
        ;
    for (uint32_t n = 0; n < ROUNDS; n++) {
        empty_pairs[n] = empty_pair();
        calls[n] = timed();
        done = n + 1;
        if (n % 50 == 0)
            hyp_yield();
    }
}

static _Noreturn void server(void)
{
    __asm__ volatile("1:\tmov %0, %%rax\n\tsyscall\n\tjmp 1b" : : "i"((uint64_t)HYP_HYPERCALL_TAG << 32 | HYP_CALL_GATE_REPLY_WAIT));
    __builtin_unreachable();
}

static void forward(int caller, uint64_t words[6])
{
    (void)caller;
    if (hyp_gate_call(0, words) == HYP_INVALID_PARAM) /* the last one */
        while (hyp_time() < words[0])
            ;
}

static void deep(void)
{
    for (uint64_t n = 0;; n++) {
        uint64_t words[6] = {hyp_time() + n % 61 * 1000, 1, 2, 3, 4, 5};
        hyp_gate_call(0, words);
    }
}

static void nurse(void)
{
    for (uint64_t n = 0;; n++) {
        if (n % 7 == 0)
            hyp_partition_control(hyp_partition("link_2"), n % 2 ? HYP_CONTROL_COLD_RESTART : HYP_CONTROL_WARM_RESTART);
        hyp_yield();
    }
}

void partition_main(void)
{
    const char *role = hyp_info()->args;

    if (strcmp(role, "server") == 0)
        server();
    if (strcmp(role, "link") == 0)
        hyp_gate_serve(forward);
    if (strcmp(role, "deep") == 0)
        deep();
    if (strcmp(role, "nurse") == 0)
        nurse();
    client();
    for (;;)
        hyp_yield();
}
