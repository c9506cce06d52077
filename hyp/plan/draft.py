"""The plan as far as it could be read: what checks work on. A value that was refused is None; it was reported already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath

from hyp.plan.actions import WrittenRule
from hyp.plan.devices_language import WrittenDevice
from hyp.plan.draft_links import DraftChannel, DraftEvent, DraftGate, DraftShared
from hyp.plan.draft_monitor import DraftMonitor
from hyp.plan.model import Area, Board, Console, Memory, Timing, Trace
from hyp.plan.node import Path
from hyp.plan.report import Report
from hyp.plan.units import Rate


@dataclass(frozen=True)
class DraftArea:
    """An area whose size is good."""

    path: Path
    area: Area


@dataclass(frozen=True)
class DraftGrants:
    """As written: `partitions` may have the key `*`."""

    path: Path
    partitions: dict[str, tuple[str, ...]]
    schedules: tuple[str, ...]
    health_log: bool
    trace: bool
    module: tuple[str, ...]


@dataclass(frozen=True)
class DraftPartition:
    """`areas` are those that could be read; `memory` has the same ones. `health` is the partition's own."""

    id: int
    name: str
    path: Path
    written_image: str | None
    image: FilePath | None  # found and of the right kind
    memory: Memory | None
    areas: tuple[DraftArea, ...]
    timing: Timing | None
    fpu: bool
    tsc: bool
    args: str
    grants: DraftGrants | None
    system: bool
    health: dict[str, WrittenRule]
    watchdog: int | None  # 0: none
    devices: tuple[WrittenDevice, ...]
    console_rate: Rate | None


@dataclass(frozen=True)
class DraftWindow:
    """`number` counts from 1 in the order of the text."""

    path: Path
    number: int
    partition: str | None
    at: int | None
    length: int | None
    core: int | None

    def extent(self) -> tuple[int, int] | None:
        return None if self.at is None or self.length is None else (self.at, self.at + self.length)


@dataclass(frozen=True)
class DraftSchedule:
    """`complete`: every entry of its list of windows is here. `timing` by partition replaces the partition's own."""

    name: str
    path: Path
    major_frame: int | None
    windows: tuple[DraftWindow, ...]
    complete: bool
    min_dwell: int | None
    without: tuple[str, ...]
    on_switch: dict[str, str]
    timing: dict[str, Timing]


@dataclass(frozen=True)
class Draft:
    """`guard` is None when the board could not be read; `guard_needed` is what `guard: auto` means."""

    name: str | None
    file: FilePath
    base: FilePath
    board: Board | None
    guard: int | None
    guard_needed: int | None
    console: Console | None
    trace: Trace | None
    monitor: DraftMonitor | None
    partitions: tuple[DraftPartition, ...]
    names: frozenset[str]  # of all partitions that are written, readable or not; empty when that is in doubt
    schedules: tuple[DraftSchedule, ...]
    schedule_names: frozenset[str]  # likewise
    channels: tuple[DraftChannel, ...]
    events: tuple[DraftEvent, ...]
    gates: tuple[DraftGate, ...]
    shared: tuple[DraftShared, ...]
    health_defaults: dict[str, WrittenRule]
    module_health: dict[str, WrittenRule]
    expected: dict[str, tuple[str, ...]]
    report: Report


@dataclass(frozen=True)
class BoardDraft:
    """A board whose own values are all good, before checks."""

    board: Board
    report: Report
