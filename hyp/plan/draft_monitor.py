"""The monitor as far as it could be read."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.plan.model import Monitor, MonitorProof, MonitorReset
from hyp.plan.monitor_language import PARALLEL

FILTER_CLOCKS = 8
"""The judge takes this long for an event, so the filter lets none come closer."""


@dataclass(frozen=True)
class DraftMonitor:
    """`device` None: neither written nor to be found on the board. `silence` 0: not written."""

    lines: str
    device: str | None
    baud: int
    clock: int
    accuracy: int
    jitter: int
    filter: int
    silence: int
    drift_frames: int
    host_baud: int
    reset: MonitorReset | None
    proof: MonitorProof | None

    @property
    def steady(self) -> int:
        """ns for which lines must not change to be believed."""
        return max(self.filter, self.clocks(FILTER_CLOCKS))

    @property
    def rest(self) -> int:
        """ns for which RTS is down between two windows that touch, so that its rise is seen; 0 for lines that change at starts only.

        Stamping both ends costs a clock, and what the line adds to one of them may be what it takes from the other.
        """
        return 0 if self.lines == PARALLEL else self.steady + self.clocks(3) + self.jitter

    def clocks(self, count: int) -> int:
        """In ns; rounded up."""
        return -(-count * 1_000_000_000 // self.clock)

    def tolerance(self, offset_ns: int) -> int:
        """ns by which an edge may be away from its place `offset_ns` after the frame's first one; rounded up."""
        return self.jitter - -self.accuracy * offset_ns // 1_000_000 + self.clocks(1)

    def finished(self, silence: int) -> Monitor:
        """`silence` is for a plan that writes none. Raises AssertionError when it has no device although nothing was reported."""
        if self.device is None:
            raise AssertionError("the monitor has no device and nothing was reported")
        return Monitor(
            lines=self.lines,
            device=self.device,
            baud=self.baud,
            clock_hz=self.clock,
            accuracy_ppm=self.accuracy,
            jitter_ns=self.jitter,
            filter_ns=self.filter,
            silence_ns=self.silence or silence,
            drift_frames=self.drift_frames,
            host_baud=self.host_baud,
            reset=self.reset,
            proof=self.proof,
        )
