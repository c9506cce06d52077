"""Checks of windows, each by itself and against others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hyp.plan.checks.lookup import find_partition
from hyp.plan.draft import Draft, DraftSchedule, DraftWindow
from hyp.plan.quote import quote
from hyp.plan.units import duration


def window_is_not_empty(draft: Draft) -> None:
    """A window has a length."""
    for _, window in _windows(draft):
        if window.length == 0:
            draft.report.add("SCH003", (*window.path, "for"), f"window {window.number} is empty", "remove the window, or give it a length")


def window_holds_two_guards(draft: Draft) -> None:
    """A window is at least twice the guard long."""
    if draft.guard is None:
        return
    least = 2 * draft.guard
    for _, window in _windows(draft):
        if window.length is not None and 0 < window.length < least:
            message = f"window {window.number} is {duration(window.length)} long; the guard is {duration(draft.guard)}"
            draft.report.add("SCH004", (*window.path, "for"), message, f"make it at least {duration(least)} long")


def window_is_in_the_frame(draft: Draft) -> None:
    """A window ends at or before the end of the major frame."""
    for schedule, window in _windows(draft):
        extent = window.extent()
        if schedule.major_frame is not None and extent is not None and extent[1] > schedule.major_frame:
            message = f"window {window.number} {show(extent)} leaves the major frame [0 ms, {duration(schedule.major_frame)})"
            fix = f"move or shorten it, or make `major_frame` at least {duration(extent[1])}"
            draft.report.add("SCH002", window.path, message, fix, related=[((*schedule.path, "major_frame"), "the major frame")])


def core_exists(draft: Draft) -> None:
    """A window's core is one of the board's."""
    if draft.board is None:
        return
    for _, window in _windows(draft):
        if window.core is not None and window.core >= draft.board.cores:
            only = "core 0" if draft.board.cores == 1 else f"cores 0 to {draft.board.cores - 1}"
            message = f"window {window.number} is on core {window.core}; board `{draft.board.name}` has {only} only"
            draft.report.add("SCH006", (*window.path, "core"), message, f"use {only}")


def one_core_only(draft: Draft) -> None:
    """Windows are on core 0: the kernel runs no other core yet."""
    if draft.board is None:
        return
    for _, window in _windows(draft):
        if window.core is not None and 0 < window.core < draft.board.cores:
            draft.report.add("FUT001", (*window.path, "core"), "a second core is not supported yet", "use core 0")
            return


def partition_exists(draft: Draft) -> None:
    """A window names a partition of the plan."""
    for _, window in _windows(draft):
        find_partition(draft, window.partition, (*window.path, "partition"), declare="declare it under `partitions:`")


def windows_of_a_core_do_not_overlap(draft: Draft) -> None:
    """Two windows of one core never share time."""
    for schedule in draft.schedules:
        for lane in _lanes(draft, schedule).values():
            before: DraftWindow | None = None
            for window in lane:
                extent, last = _extent(window), _extent(before) if before else (0, 0)
                if before is not None and extent[0] < last[1]:
                    message = (
                        f"windows {before.number} {_who(before)} {show(last)} and {window.number} {_who(window)} {show(extent)} overlap"
                    )
                    fix = f"start window {window.number} at {duration(last[1])} or later, or shorten window {before.number}"
                    draft.report.add("SCH001", window.path, message, fix, related=[(before.path, f"window {before.number}")])
                if before is None or extent[1] > last[1]:
                    before = window


def partition_is_on_one_core_at_a_time(draft: Draft) -> None:
    """Windows of one partition on different cores never share time."""
    for schedule in draft.schedules:
        for name, windows in _by_partition(draft, schedule).items():
            before: DraftWindow | None = None
            for window in windows:
                extent, last = _extent(window), _extent(before) if before else (0, 0)
                if before is not None and before.core != window.core and extent[0] < last[1]:
                    message = f"`{name}` runs on core {before.core} in {show(last)} and on core {window.core} in {show(extent)} at once"
                    related = [(before.path, f"its window on core {before.core}")]
                    draft.report.add("SCH005", window.path, message, "move one of the two windows", related=related)
                if before is None or extent[1] > last[1]:
                    before = window


def adjacent_windows_are_meant(draft: Draft) -> None:
    """Two windows of one partition do not touch on a core (warning)."""
    for schedule in draft.schedules:
        if not draft.report.ok((*schedule.path, "windows")):
            continue
        for lane in _lanes(draft, schedule).values():
            for before, window in pairwise(lane):
                last = _extent(before)
                if before.partition == window.partition and last[1] == _extent(window)[0]:
                    length = duration(_extent(window)[1] - last[0])
                    message = f"windows {before.number} and {window.number} of `{window.partition}` touch at {duration(last[1])}"
                    fix = f"write one window with `for: {length}`, unless two releases are meant"
                    draft.report.add("SCH011", window.path, message, fix, related=[(before.path, f"window {before.number}")])


def idle_time_is_left(draft: Draft) -> None:
    """A core idles for at least 10 % of the major frame (warning)."""
    for schedule in draft.schedules:
        frame = schedule.major_frame
        if frame is None or not schedule.complete or not draft.report.ok((*schedule.path, "windows")):
            continue
        for core, lane in sorted(_lanes(draft, schedule).items()):
            idle = frame - sum(window.length or 0 for window in lane)
            if idle * 10 < frame:
                message = f"core {core} idles for {duration(idle)} of {duration(frame)} in schedule `{schedule.name}`, less than 10 %"
                draft.report.add("SCH012", (*schedule.path, "windows"), message, "shorten windows or lengthen the major frame", key=True)


def show(extent: tuple[int, int]) -> str:
    """A half-open stretch of the major frame."""
    return f"[{duration(extent[0])}, {duration(extent[1])})"


def _who(window: DraftWindow) -> str:
    return "" if window.partition is None else f"(`{quote(window.partition)}`)"


def _windows(draft: Draft) -> Iterator[tuple[DraftSchedule, DraftWindow]]:
    for schedule in draft.schedules:
        for window in schedule.windows:
            yield schedule, window


def _extent(window: DraftWindow) -> tuple[int, int]:
    extent = window.extent()
    assert extent is not None, "only placed windows come here"
    return extent


def _placed(draft: Draft, schedule: DraftSchedule) -> list[DraftWindow]:
    """Windows whose own values are good, by time."""
    good = [window for window in schedule.windows if window.extent() is not None and window.core is not None and _alone_ok(draft, window)]
    return sorted(good, key=lambda window: (window.at or 0, window.number))


def _alone_ok(draft: Draft, window: DraftWindow) -> bool:
    """Whether no check of the window by itself failed. A window that overlaps stays in: it may overlap with more."""
    return all(draft.report.ok((*window.path, key)) for key in ("at", "for"))


def _lanes(draft: Draft, schedule: DraftSchedule) -> dict[int, list[DraftWindow]]:
    lanes: dict[int, list[DraftWindow]] = {}
    for window in _placed(draft, schedule):
        lanes.setdefault(window.core or 0, []).append(window)
    return lanes


def _by_partition(draft: Draft, schedule: DraftSchedule) -> dict[str, list[DraftWindow]]:
    result: dict[str, list[DraftWindow]] = {}
    for window in _placed(draft, schedule):
        if window.partition in draft.names and window.partition is not None:
            result.setdefault(window.partition, []).append(window)
    return result
