/* The calls of group `traps`. The plan propagates invalid_opcode. */
#include "../case.h"

static int returned;

static void on_invalid_opcode(hyp_frame_t *frame)
{
    const char *reason = "`rip` or `rsp` of the slot is outside the caller's half";
    uint64_t rip = frame->rip;
    uint64_t rsp = frame->rsp;

    frame->rip = 1ull << 47;
    CASE(trap_return, INVALID_PARAM, reason, case_call(HYP_CALL_TRAP_RETURN, 0, 0, 0));
    frame->rip = rip + 2; /* behind `ud2` */
    frame->rsp = 1ull << 63;
    CASE(trap_return, INVALID_PARAM, reason, case_call(HYP_CALL_TRAP_RETURN, 0, 0, 0));
    frame->rsp = rsp;
    frame->r15 = 0x1234;
}

/* What every register but r15, which the handler sets, holds after the trap. */
static uint64_t trap_through(void)
{
    uint64_t r15 = 0;
    uint64_t rbx = 7;

    __asm__ volatile("movq $7, %%rbx\n\tmovq $0, %%r15\n\tud2\n\tmovq %%r15, %0\n\tmovq %%rbx, %1" : "=r"(r15), "=r"(rbx) : : "rbx", "r15");
    return rbx == 7 ? r15 : 0;
}

void partition_main(void)
{
    CASE(trap_return, NO_ACTION, "no trap is being handled", case_call(HYP_CALL_TRAP_RETURN, 0, 0, 0));
    hyp_on_trap(HYP_HEALTH_INVALID_OPCODE, on_invalid_opcode);
    returned = trap_through() == 0x1234;
    WORKS(trap_return, returned);
    returned = trap_through() == 0x1234;
    WORKS(trap_return, returned);
    CASE(trap_return, NO_ACTION, "no trap is being handled", case_call(HYP_CALL_TRAP_RETURN, 0, 0, 0));
    case_end();
}
