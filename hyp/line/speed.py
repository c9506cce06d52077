"""The speeds that a line may have."""

from __future__ import annotations

from hyp.exits import ExitCode, Stop

BAUD = 115200
BAUD_MIN, BAUD_MAX = 50, 4_000_000
"""What drivers of adapters take; plans have the same bounds."""


def checked(option: str, baud: int) -> int:
    """`baud`. Stop ENVIRONMENT (usage) when no line has it."""
    if not BAUD_MIN <= baud <= BAUD_MAX:
        raise Stop(ExitCode.ENVIRONMENT, f"{option} {baud}: give {BAUD_MIN} to {BAUD_MAX}, for example {BAUD}")
    return baud
