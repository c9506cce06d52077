"""What each attack must come to: the health event that ends it, or that it goes on with every check held."""

from __future__ import annotations

from hyp.abi.hypercalls import HYPERCALLS

GENERAL = frozenset({"general_protection"})
OPCODE = frozenset({"invalid_opcode"})
REFUSED = GENERAL | OPCODE
"""The manuals of Intel and AMD differ on which, or it depends on what the model has."""
PAGE = frozenset({"page_fault"})
KERNEL = frozenset({"memory_violation"})
DEBUG = frozenset({"debug"})
BENT = GENERAL | {"stack_fault"}
"""A non-canonical stack address is #SS (SDM 3A 6.15); QEMU 7.2 makes it #GP."""
RETURN = GENERAL | PAGE
"""QEMU 7.2 reads the stack of a far RET or IRET in ring 3 with the kernel's rights, so SMAP refuses it; a CPU looks at the selector."""

ICEBP = DEBUG | OPCODE
"""`int1` is #DB; QEMU 7.2 does not know it."""

UNKNOWN_TO_QEMU = frozenset({"alignment", "simd_divide", "ldmxcsr_reserved", "lock_mov", "wrgsbase_bent", "wrfsbase_bent"})
"""Checks that QEMU 7.2's TCG does not make: there these may go on, unharmful; Bochs makes them."""

PRIVILEGED = (
    "cli sti hlt clts invd wbinvd swapgs read_cr0 read_cr2 read_cr3 read_cr4 read_cr8 write_cr0 write_cr3 write_cr4 write_cr8 "
    "read_dr0 read_dr7 write_dr0 write_dr7 rdmsr rdmsr_gs wrmsr lgdt lidt lldt ltr lmsw invlpg sgdt sidt sldt smsw str "
    "in_pic out_pic in_com1 out_com1 out_exit out_top insb outsb out_cf9 sysretq sysretl xsetbv mov_ss_hlt "
    "wrgsbase_bent wrfsbase_bent ldmxcsr_reserved long_instruction"
).split()
UNDEFINED = (
    "ud0 ud1 ud2 into pusha push_cs aam far_call_direct far_jump_direct lock_mov clac stac rdpkru wrpkru vzeroall mov_ss_ud2".split()
)
MAYBE = (
    "rdpmc sysenter sysexit vmcall vmlaunch vmmcall vmrun clgi stgi skinit monitor mwait rsm getsec encls invpcid xsaves xrstors"
).split()

INSTRUCTIONS: dict[str, frozenset[str]] = {
    **dict.fromkeys(PRIVILEGED, GENERAL),
    **dict.fromkeys(UNDEFINED, OPCODE),
    **dict.fromkeys(MAYBE, REFUSED),
    "divide_by_zero": frozenset({"divide_error"}),
    "divide_overflow": frozenset({"divide_error"}),
    "x87_divide": frozenset({"x87_fault"}),
    "simd_divide": frozenset({"simd_fault"}),
    "alignment": frozenset({"alignment_check"}),
    "int3": frozenset({"breakpoint"}),
    "mov_ss_int3": frozenset({"breakpoint"}),
    **dict.fromkeys("single_step single_step_rdtsc single_step_call single_step_mov_ss".split(), DEBUG),
    **dict.fromkeys("icebp single_step_icebp mov_ss_icebp".split(), ICEBP),
}

SOFTWARE_INTERRUPTS = {f"int {vector:x}": frozenset({"breakpoint"}) if vector == 3 else GENERAL for vector in range(256)}
"""Only the breakpoint's gate is open to ring 3."""

_KERNEL_HALF = ("ffff800000000000", "ffffffff80100000", "ffffffff90000000", "ffffffff98000000", "ffffffffb0000000", "ffffffffc0006000")
_BENT = ("800000000000", "ffff7fffffffffff", "8000000000000000")
_UNMAPPED = ("0", "8", "fff", "ffff", "100000", "7ffffffff000", "7fffffffffff", "201000", "20e000", "40000000", "fee00000")

MEMORY: dict[str, frozenset[str]] = {
    **{f"{how} {at}": KERNEL for how in ("read", "write", "jump") for at in _KERNEL_HALF},
    **{f"{how} {at}": GENERAL for how in ("read", "write", "jump") for at in _BENT},
    **{f"{how} {at}": PAGE for how in ("read", "write", "jump") for at in _UNMAPPED},
    "write 200000": PAGE,  # the info page
    "jump 200000": PAGE,
    **dict.fromkeys(
        (
            "write_text",
            "write_rodata",
            "jump_data",
            "jump_stack",
            "jump_control",
            "jump_area",
            "stack_overflow",
            "stack_guard",
            "string 280000 ffffffffffffffff",
            "string 7fffffffe000 1000",
            "call_at_top",
        ),
        PAGE,
    ),
    "string ffffffffffffff00 200": KERNEL,
    "push_far 0": KERNEL,
    "push_far 1000": PAGE,
    "push_far 800000000800": BENT,
    "push_far 8000000000000000": BENT,
    "push_far ffffffffc0006800": KERNEL,
    "push_far ffffffff98004000": KERNEL,
}

NULL, DATA, CODE = (0, 1, 2, 3), (0x18, 0x19, 0x1A, 0x1B), (0x20, 0x21, 0x22, 0x23)
_SELECTORS = (0x04, 0x07, 0x08, 0x0B, 0x10, 0x13, 0x28, 0x2B, 0x30, 0x33, 0x38, 0x3B, 0x40, 0x80, 0xFFF8, 0xFFFF)
"""LDT, kernel code and data, TSS (both halves), past the GDT."""

SELECTORS: dict[str, frozenset[str]] = {
    **{f"load_{reg} {selector:x}": GENERAL for reg in ("ds", "es", "fs", "gs", "ss") for selector in _SELECTORS},
    **{f"load_ss {selector:x}": GENERAL for selector in (*NULL, 0x18, 0x19, 0x1A, *CODE)},
    **{f"far_jump {selector:x}": GENERAL for selector in (*NULL, *DATA, *_SELECTORS)},
    **{f"{how} {selector:x}": RETURN for how in ("far_return", "iret_cs") for selector in (*NULL, *DATA, *_SELECTORS)},
    **{f"iret_ss {selector:x}": RETURN for selector in (*NULL, *CODE, *_SELECTORS)},
    **{f"iret_rip {at}": RETURN for at in _BENT},
    "iret_nested": RETURN,
}

LAWFUL_SELECTORS = (
    *(f"load_{reg} {selector:x}" for reg in ("ds", "es", "fs", "gs") for selector in (*NULL, *DATA, *CODE)),
    "load_ss 1b",
    *(f"far_jump {selector:x}" for selector in (0x20, 0x21, 0x22, 0x23)),
)
"""What ring 3 may load; the data selectors are 0 again in its next window."""

STATE: dict[str, frozenset[str]] = {
    **{f"stack_lost {at}": OPCODE for at in ("0", "800000000000", "ffffffff98004000", "ffffffffc0006800", "ffffffffffffffff")},
    **{f"gs_fault {at}": OPCODE for at in ("0", "ffffffff98000000", "ffffffffffffffff", "ffff800000000000")},
}

CARRIED = (
    "entry",
    "flags 3f7400 244400",  # all that POPF takes; DF, NT, AC and ID stay with the partition
    "flags 4000 4000",
    "flags 40000 40000",
    "flags 400 400",
    "flags 3000 0",
    "text_with_df",
    "bases",
    "stacks",
    "fpu 11",
    "fpu 22",
    "fpu e7",
    "constants",
)
_YIELD = 3
_RAISES = 27
"""`health_raise`, an event each time."""
CALLS = (
    f"numbers {len(HYPERCALLS):x}",
    "pointers",
    "control",
    *(f"all_calls {call.number:x} {call.number:x}" for call in HYPERCALLS if call.number not in (_YIELD, _RAISES)),
)
LIVES = ("cold", "warm")

ENDS: dict[str, int] = {"end 0": 1, "end 2": 2, "end 3": 2, "mode 0": 2, "back": 2}
"""Attacks on oneself: the partition's status afterwards (hyp/abi/state.py)."""

NOISE = (
    "spin nops times unknowns untagged bad_addresses flood lines controls verdicts modes mov_ss pauses cpuids copies strings far_jumps "
    "locked saves drifting"
).split()
LOOPS = ("loop 4", "loop 5", "mode 1")

SERVICES = ("upcalls_lie", "frames_lie", "no_grants", "timers_extreme")
"""Lies and calls without rights that come to nothing."""
SERVICE_ENDS: dict[str, frozenset[str]] = {
    "return_nowhere": PAGE,
    "trap_in_trap": frozenset({"invalid_opcode", "nested_fault"}),
    "trap_without_stack": frozenset({"invalid_opcode", "nested_fault"}),
    **{f"trap_to {handler} 210000": OPCODE for handler in ("0", "800000000000", "ffffffff80100000", "ffffffffffffffff")},
    **{f"trap_to 210000 {stack}": frozenset({"invalid_opcode", "nested_fault"}) for stack in ("ffffffff98004000", "800000000000")},
    "starve": frozenset({"watchdog"}),
}
"""All the events that it takes; the last one halts the partition. Traps are propagated to it."""
SLEEPERS = ("sleep_forever 0", "sleep_forever 1")
SERVICE_NOISE = [*"scribble timer_storm timer_edges raise_storm idle_past idle_soon trap_storm".split(), "timer_storm 1", *SLEEPERS]
