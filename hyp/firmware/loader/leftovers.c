/* The local APIC in its reset address (SDM 3A, 11.4 to 11.8). Nothing of it is used here; the next image must find it quiet. */
#include "leftovers.h"

#include <stdint.h>

#define APIC 0xfee00000ull
#define END_OF_INTERRUPT 0xb0
#define SPURIOUS 0xf0
#define IN_SERVICE 0x100
#define COMMAND 0x300
#define LOCAL_TIMER 0x320
#define LOCAL_FIRST 0x320
#define LOCAL_LAST 0x370
#define TIMER_INITIAL 0x380
#define MASKED 0x10000u
#define ENABLED 0x100u
#define INIT_ALL_OTHERS 0xc4500u
#define PRIORITIES 16u
#define VECTOR_WORDS 8u

static volatile uint32_t *apic(uint32_t at)
{
    return (volatile uint32_t *)(APIC + at);
}

static int in_service(void)
{
    uint32_t any = 0;
    for (uint32_t n = 0; n < VECTOR_WORDS; n++)
        any |= *apic(IN_SERVICE + n * 0x10);
    return any != 0;
}

void leftovers_stop(void)
{
    for (uint32_t at = LOCAL_FIRST; at <= LOCAL_LAST; at += 0x10)
        *apic(at) = MASKED;
    *apic(TIMER_INITIAL) = 0;
    for (uint32_t n = 0; n < PRIORITIES && in_service(); n++)
        *apic(END_OF_INTERRUPT) = 0;
    *apic(COMMAND) = INIT_ALL_OTHERS;       /* they wait to be started, as after power-on */
    *apic(SPURIOUS) &= ~ENABLED;
}
