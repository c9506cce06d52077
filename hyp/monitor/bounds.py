"""Where an edge may be: whole clocks of the monitor, from times of the plan in ns."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from hyp.image.manifest import MonitorEntry


@dataclass(frozen=True)
class Bounds:
    """Clocks after the frame's first edge: an edge is on time from `lo` to `hi`, and `nominal` is its place."""

    lo: int
    nominal: int
    hi: int


@dataclass(frozen=True)
class Tolerance:
    """Line jitter + accuracy of the two clocks x offset + one clock, which is what stamping both edges may cost."""

    clock_hz: int
    jitter_ns: int
    accuracy_ppm: int

    @classmethod
    def of(cls, monitor: MonitorEntry) -> Tolerance:
        return cls(monitor["clock_hz"], monitor["jitter_ns"], monitor["accuracy_ppm"])

    def clocks(self, ns: int) -> Fraction:
        return Fraction(ns * self.clock_hz, 1_000_000_000)

    def spread(self, offset_ns: int) -> Fraction:
        """Clocks by which a good edge may be off, the last clock apart."""
        return self.clocks(self.jitter_ns) + self.clocks(offset_ns) * self.accuracy_ppm / 1_000_000

    def bounds(self, offset_ns: int) -> Bounds:
        """The stamps of two edges are off by less than a clock against each other, so no good edge is outside, and nothing is rounded."""
        offset, spread = self.clocks(offset_ns), self.spread(offset_ns)
        return Bounds(ceil(offset - spread) - 1, nearest(offset), floor(offset + spread) + 1)

    def total_ns(self, offset_ns: int) -> Fraction:
        """The whole tolerance at an offset, for people."""
        return (self.spread(offset_ns) + 1) * 1_000_000_000 / self.clock_hz


def nearest(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))
