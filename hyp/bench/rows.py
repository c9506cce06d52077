"""The table's rows: a figure, what it may be at most, what it should be, and the best that a peer reached under the same emulator."""

from __future__ import annotations

from dataclasses import dataclass

INSTRUCTIONS, BYTES, SECONDS = "instructions", "bytes", "s"


@dataclass(frozen=True)
class Row:
    """`bound` and `aim` are None where the figure is only shown. Rows in seconds are the host's wall clock: shown, never judged."""

    name: str
    what: str
    value: float
    unit: str
    bound: float | None = None
    aim: float | None = None
    peer: str = ""

    @property
    def judged(self) -> bool:
        return self.bound is not None and self.unit != SECONDS

    @property
    def exceeded(self) -> bool:
        return self.judged and self.bound is not None and self.value > self.bound
