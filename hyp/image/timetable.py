"""The schedules as the kernel obeys them: windows by schedule, lane and time, each with its partition's next one."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from hyp.abi.tables import WINDOW_GAP, WINDOW_LAST
from hyp.image.supervision import NONE, Judgement, judgements
from hyp.plan.model import Plan, Schedule, Window


@dataclass(frozen=True)
class Entry:
    """A window in the kernel's order. Times in ns from the start of the major frame; `position` is its place in the plan's schedule."""

    index: int
    position: int
    window: Window
    end_ns: int
    next_start_ns: int
    next_end_ns: int
    flags: int
    deadline_ns: int = 0


@dataclass(frozen=True)
class Lane:
    """The windows of one core in one schedule."""

    core: int
    first: int
    entries: tuple[Entry, ...]


def timetable(plan: Plan, cores: int) -> tuple[tuple[Lane, ...], ...]:
    """For each schedule its lanes, one per core."""
    made: list[tuple[Lane, ...]] = []
    first = 0
    for schedule in plan.schedules:
        lanes = []
        own = _own_windows(schedule)
        judged = judgements(schedule, plan.partitions, plan.guard_ns)
        for core in range(cores):
            lane = _lane(schedule, core, first, plan.guard_ns, own, judged)
            lanes.append(lane)
            first += len(lane.entries)
        made.append(tuple(lanes))
    return tuple(made)


def _own_windows(schedule: Schedule) -> dict[str, list[tuple[int, int]]]:
    """By partition: (at, for) of its windows on any core, by time."""
    own: dict[str, list[tuple[int, int]]] = {}
    for window in schedule.windows:
        own.setdefault(window.partition, []).append((window.at_ns, window.for_ns))
    for starts in own.values():
        starts.sort()
    return own


def _lane(
    schedule: Schedule, core: int, first: int, guard_ns: int, own: dict[str, list[tuple[int, int]]], judged: dict[int, Judgement]
) -> Lane:
    frame = schedule.major_frame_ns
    windows = sorted(((n, w) for n, w in enumerate(schedule.windows) if w.core == core), key=lambda pair: pair[1].at_ns)
    entries = []
    for n, (position, window) in enumerate(windows):
        last = n == len(windows) - 1
        following = windows[0][1].at_ns + frame if last else windows[n + 1][1].at_ns
        idle = following - window.at_ns - window.for_ns
        flags = (WINDOW_GAP if idle > guard_ns else 0) | (WINDOW_LAST if last else 0)
        starts = own[window.partition]
        later = bisect_right(starts, window.at_ns, key=lambda pair: pair[0])
        at, length = starts[later] if later < len(starts) else (starts[0][0] + frame, starts[0][1])
        judgement = judged.get(position, NONE)
        end, flags = window.at_ns + window.for_ns - guard_ns, flags | judgement.flags
        entries.append(Entry(first + n, position, window, end, at, at + length - guard_ns, flags, judgement.deadline_ns))
    return Lane(core, first, tuple(entries))
