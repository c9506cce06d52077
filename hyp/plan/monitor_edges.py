"""The edges that the monitor is to see: how far they are apart, and for how long a good board shows none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from hyp.plan.draft import Draft, DraftSchedule, DraftWindow
from hyp.plan.draft_monitor import DraftMonitor


@dataclass(frozen=True)
class Gap:
    """Between two successive starts: `distance` in ns, and the second one's `offset` from the first start of the first one's frame."""

    before: DraftWindow
    after: DraftWindow
    distance: int
    offset: int


def gaps(draft: Draft) -> Iterator[Gap]:
    """Within each frame, and from each schedule's last window to the first one of every schedule: a switch may come at any frame's end."""
    lanes = [(schedule, lane) for schedule in draft.schedules if (lane := _sorted(schedule))]
    for schedule, lane in lanes:
        first = lane[0][0]
        for (at, before), (then, after) in pairwise(lane):
            yield Gap(before, after, then - at, then - first)
        frame, (last, end) = schedule.major_frame, lane[-1]
        for _, following in lanes:
            if frame is not None:
                start = frame + following[0][0]
                yield Gap(end, following[0][1], start - last, start - first)


def longest_quiet(draft: Draft, monitor: DraftMonitor) -> int:
    """ns from one good edge to the next at the most; the line's jitter counts at both. 0 when no window could be read."""
    return max((gap.distance + monitor.jitter + monitor.tolerance(gap.offset) for gap in gaps(draft)), default=0)


def silence_of(draft: Draft, monitor: DraftMonitor) -> int:
    """What no `silence` means, ns: an edge that is late by the guard is still one, and no frame is too long to be waited for."""
    frames = (schedule.major_frame or 0 for schedule in draft.schedules)
    return max(longest_quiet(draft, monitor) + (draft.guard or 0), *frames)


def longest_absence(draft: Draft, partition: str, guard: int) -> int:
    """ns from the end of a window of `partition`, the guard before it, to its next one at the most. It has one in each schedule."""
    own = [(schedule.major_frame or 0, _extents(schedule, partition)) for schedule in draft.schedules]
    own = [(frame, extents) for frame, extents in own if extents]
    inside = [start - end for _, extents in own for (_, end), (start, _) in pairwise(extents)]
    across = [frame - extents[-1][1] + others[0][0] for frame, extents in own for _, others in own]
    return max([*inside, *across], default=0) + guard


def _extents(schedule: DraftSchedule, partition: str) -> list[tuple[int, int]]:
    return sorted(extent for window in schedule.windows if window.partition == partition and (extent := window.extent()) is not None)


def _sorted(schedule: DraftSchedule) -> list[tuple[int, DraftWindow]]:
    return sorted(((window.at, window) for window in schedule.windows if window.at is not None), key=lambda pair: pair[0])
