/* From the assembler to the program: interrupt table, legacy controllers off, handover read; and exceptions that nobody expected. */
#include "start.h"
#include "cpu.h"
#include "serial.h"

#define GATES 256
#define VECTORS 64
#define STUB_SIZE 16
#define GATE_INTERRUPT 0x8e00
#define CODE 8
#define PIC_MASTER 0x20
#define PIC_SLAVE 0xa0
#define COM1 0x3f8

extern const char vector_stubs[], msr_try_reads[], msr_try_fails[];

struct gate {
    uint16_t low, selector, flags, middle;
    uint32_t high, reserved;
};

static struct gate gates[GATES];
static struct handover the_handover;

void start_main(uint32_t magic, uint64_t info);
void trap_handle(struct trap *trap);

/* Vectors without a stub of their own are what firmware may have left on: they count as the last one. */
static void gates_load(void)
{
    for (uint32_t n = 0; n < GATES; n++) {
        uint64_t at = (uint64_t)vector_stubs + (n < VECTORS ? n : VECTORS - 1) * STUB_SIZE;
        gates[n] = (struct gate){(uint16_t)at, CODE, GATE_INTERRUPT, (uint16_t)(at >> 16), (uint32_t)(at >> 32), 0};
    }
    struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } table = {sizeof gates - 1, (uint64_t)gates};
    __asm__ volatile("lidt %0" : : "m"(table));
}

/* Away from the exceptions' vectors, then masked: a late spurious interrupt is no exception. */
static void legacy_mask(void)
{
    static const uint8_t master[] = {VECTOR_LEGACY, 4, 1}, slave[] = {VECTOR_LEGACY + 8, 2, 1};
    port_write(PIC_MASTER, 0x11);
    port_write(PIC_SLAVE, 0x11);
    for (uint32_t n = 0; n < sizeof master; n++) {
        port_write(PIC_MASTER + 1, master[n]);
        port_write(PIC_SLAVE + 1, slave[n]);
    }
    port_write(PIC_MASTER + 1, 0xff);
    port_write(PIC_SLAVE + 1, 0xff);
}

void start_main(uint32_t magic, uint64_t info)
{
    gates_load();
    legacy_mask();
    handover_read(&the_handover, magic, info);
    firmware_main(&the_handover);
}

static void say(struct serial *serial, const char *text)
{
    while (*text)
        serial_put(serial, (uint8_t)*text++);
}

static void say_number(struct serial *serial, const char *name, uint64_t value)
{
    say(serial, name);
    for (uint32_t shift = 64; shift; shift -= 4)
        serial_put(serial, (uint8_t)"0123456789abcdef"[value >> (shift - 4) & 15]);
}

/* To COM1 as firmware or the program set it up: what the program thinks of its line may be what is broken. */
void trap_handle(struct trap *trap)
{
    if (trap->vector == VECTOR_GENERAL_PROTECTION && trap->rip == (uint64_t)msr_try_reads) {
        trap->rip = (uint64_t)msr_try_fails;
        return;
    }
    if (firmware_trap(trap) || trap->vector >= VECTOR_LEGACY)
        return;
    struct serial serial = {.base = COM1, .depth = 1};
    say(&serial, "\r\nhyp: panic: exception");
    say_number(&serial, " vector=0x", trap->vector);
    say_number(&serial, " error=0x", trap->error);
    say_number(&serial, " rip=0x", trap->rip);
    say_number(&serial, " address=0x", cpu_cr2());
    say(&serial, "\r\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}
