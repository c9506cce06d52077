"""Gates in the plan blob: who may call whom, and how."""

from __future__ import annotations

from hyp.abi.record import Field, Record

GATE_SLOW, GATE_WAIT, GATE_HELP = 1, 2, 4
"""SLOW: one end has an FPU, or gates are traced, so a call takes the long way. WAIT, HELP: what `when_busy` says; neither: refuse."""
GATE_SHIFT = 5
"""A gate_plan has 1 << GATE_SHIFT bytes."""
GATE_DEPTH = 4
"""Gates that a call may lead through, one behind the other: they are followed at a release, within the guard."""
SERVES_NOBODY, SERVES_IN_WINDOWS, SERVES_PASSIVE = 0, 1, 2

GATE = Record(
    "gate_plan",
    "A partition's right to call another.",
    (
        Field("server", "*const struct partition_plan"),
        Field("state", "*struct partition_state", "the server's"),
        Field("root", "u64", "the server's PML4"),
        Field("caller", "u32", "the caller's number at the server: its place among all callers of all gates that lead there"),
        Field("flags", "u32", "GATE_*"),
    ),
)
