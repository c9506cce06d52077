"""What the CPU must have for a plan's board: CPUID bits that the kernel looks at before it goes on, and XCR0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hyp.abi.tables import CPU_ALWAYS, CPU_FEATURES, A
from hyp.plan.model import Board

_XSTATE_LEAF = 13


@dataclass(frozen=True)
class Feature:
    """Bits of a register (0 to 3: eax ebx ecx edx) of a CPUID leaf, under the name that a halt gives them."""

    name: str
    leaf: int
    register: int
    bits: int


def features(board: Board) -> tuple[Feature, ...]:
    """In the order of CPU_FEATURES, then what XCR0 names (SDM 1 13.2)."""
    state = extended_state(board.cpu_use)
    wanted = (
        {*CPU_ALWAYS, *board.cpu_require} | ({"xsave"} if state else set()) | ({"tsc_deadline"} if board.timer == "tsc-deadline" else set())
    )
    found = [Feature(name, leaf, register, 1 << bit) for name, (leaf, register, bit) in CPU_FEATURES.items() if name in wanted]
    return (*found, Feature("avx", _XSTATE_LEAF, A, state)) if state else tuple(found)


def extended_state(use: Sequence[str]) -> int:
    """XCR0: x87 and SSE with `xsave`, AVX with `avx` too; 0 without (SDM 1 13.3)."""
    if "xsave" not in use:
        return 0
    return 7 if "avx" in use else 3
