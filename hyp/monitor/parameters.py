"""All that the gateware is made from, in clocks, out of the manifest alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest, MonitorEntry, ScheduleEntry
from hyp.monitor.bounds import Bounds, Tolerance, nearest

FILTER_CLOCKS = 8
"""The judge takes so many clocks for an edge."""
BINS = 8
"""Of each window's histogram."""


@dataclass(frozen=True)
class Row:
    """A window; its place in the table is its identity on the lines. Bounds are from the edge of the frame's first window."""

    schedule: int
    first: bool
    last: bool
    bounds: Bounds


@dataclass(frozen=True)
class Reset:
    """Clocks, but for `tries`."""

    boot: int
    tries: int
    pulse: int


@dataclass(frozen=True)
class Proof:
    """`row` of a window of who has to answer, `within` in clocks, `divisor` in clocks per bit."""

    row: int
    key: int
    within: int
    divisor: int


@dataclass(frozen=True)
class Parameters:
    """`frames[s][t]`: the first edge of a frame of schedule `t` after the first edge of one of `s`. Divisors are clocks per bit."""

    clock_hz: int
    modem: bool
    rows: tuple[Row, ...]
    frames: tuple[tuple[Bounds, ...], ...]
    late: int  # clocks beyond `hi` after which an edge is no longer late but overrun: the guard
    filter: int
    silence: int
    drift_frames: int
    drift_limit: int
    bin_shift: int
    host_divisor: int
    byte_divisor: int  # of the identity byte; 0 when there is none
    reset: Reset | None
    proof: Proof | None

    @property
    def frame_limit(self) -> int:
        """Clocks after a frame's first edge: a board that has not begun another frame by then is silent, whatever else it shows."""
        return max(bounds.hi for row in self.frames for bounds in row) + self.late + self.silence

    @property
    def longest(self) -> int:
        """The largest time that the judge has to represent: an edge may be noticed a little after that limit."""
        return self.frame_limit + 2 * self.filter + 64


def parameters(manifest: Manifest) -> Parameters:
    """Stop WRONG_INPUT when the plan has no monitor."""
    monitor = entry_of(manifest)
    tolerance = Tolerance.of(monitor)
    schedules = manifest["schedules"]
    frames = tuple(tuple(tolerance.bounds(_offset(before, after)) for after in schedules) for before in schedules)
    rows = tuple(row for n, schedule in enumerate(schedules) for row in _rows(n, schedule, tolerance))
    widest = max(bounds.hi - bounds.nominal for bounds in [row.bounds for row in rows] + [b for line in frames for b in line])
    reset, proof = monitor["reset"], monitor["proof"]

    def clocks(ns: int) -> int:
        return ceil(tolerance.clocks(ns))

    def divisor(baud: int) -> int:
        return nearest(Fraction(monitor["clock_hz"], baud))

    return Parameters(
        clock_hz=monitor["clock_hz"],
        modem=monitor["lines"] == "uart-modem",
        rows=rows,
        frames=frames,
        late=clocks(manifest["guard_ns"]),
        filter=max(clocks(monitor["filter_ns"]), FILTER_CLOCKS),
        silence=clocks(monitor["silence_ns"]),
        drift_frames=monitor["drift_frames"],
        drift_limit=drift_limit(monitor, schedules),
        bin_shift=max(0, ceil((2 * widest + 1) / BINS) - 1).bit_length(),
        host_divisor=divisor(monitor["host_baud"]),
        byte_divisor=divisor(monitor["baud"]) if monitor["byte_ns"] else 0,
        reset=None if reset is None else Reset(clocks(reset["boot_ns"]), reset["tries"], clocks(reset["pulse_ns"])),
        proof=None
        if proof is None
        else Proof(_row_of(proof["partition"], schedules), proof["key"], clocks(proof["within_ns"]), divisor(proof["baud"])),
    )


def entry_of(manifest: Manifest) -> MonitorEntry:
    monitor = manifest["monitor"]
    if monitor is None:
        raise Stop(
            ExitCode.WRONG_INPUT, f"plan {manifest['plan']} has no monitor: add `monitor: {{lines: parallel}}` to {manifest['plan_file']}"
        )
    return monitor


def drift_limit(monitor: MonitorEntry, schedules: list[ScheduleEntry]) -> int:
    """Clocks that `drift_frames` frames may be off together: the jitter once, the clocks' accuracy and the nominals' rounding per frame."""
    tolerance, worst = Tolerance.of(monitor), Fraction(0)
    for before in schedules:
        for after in schedules:
            exact = tolerance.clocks(_offset(before, after))
            worst = max(worst, exact * monitor["accuracy_ppm"] / 1_000_000 + abs(exact - nearest(exact)))
    return floor(tolerance.clocks(monitor["jitter_ns"]) + monitor["drift_frames"] * worst) + 1


def _offset(before: ScheduleEntry, after: ScheduleEntry) -> int:
    """ns from the first window of a frame of `before` to the first one of the frame after it, of `after`."""
    return before["major_frame_ns"] - before["windows"][0]["at_ns"] + after["windows"][0]["at_ns"]


def _row_of(partition: str, schedules: list[ScheduleEntry]) -> int:
    """Its first window; the plan's checks see to it that there is one."""
    return next(window["index"] for schedule in schedules for window in schedule["windows"] if window["partition"] == partition)


def _rows(number: int, schedule: ScheduleEntry, tolerance: Tolerance) -> list[Row]:
    windows = schedule["windows"]
    first = windows[0]["at_ns"]
    return [Row(number, n == 0, n == len(windows) - 1, tolerance.bounds(window["at_ns"] - first)) for n, window in enumerate(windows)]
