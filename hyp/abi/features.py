"""CPU features that boards and plans name, and their record in the plan blob."""

from __future__ import annotations

from hyp.abi.record import Field, Record

A, B, C, D = range(4)
CPU_FEATURES = {
    "nx": (0x80000001, D, 20),
    "smep": (7, B, 7),
    "smap": (7, B, 20),
    "umip": (7, C, 2),
    "fsgsbase": (7, B, 0),
    "xsave": (1, C, 26),
    "avx": (1, C, 28),
    "tsc_deadline": (1, C, 24),
    "invariant_tsc": (0x80000007, D, 8),
    "x2apic": (1, C, 21),
    "pcid": (1, C, 17),
}
"""Names that a board file may require or use: CPUID leaf, register and bit (SDM 2A, CPUID)."""
CPU_ALWAYS = ("nx", "smep", "smap", "umip", "fsgsbase")
"""What the kernel cannot do without, whatever the board file says."""

FEATURE = Record(
    "feature_plan",
    "Bits of a CPUID register that the CPU must have.",
    (
        Field("leaf", "u32", "with subleaf 0"),
        Field("place", "u32", "0 to 3: eax ebx ecx edx"),
        Field("bits", "u32"),
        Field("reserved", "u32"),
        Field("name", "char", count=16),
    ),
)
