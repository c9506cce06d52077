"""When partitions run in a schedule, for checks that compare two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hyp.abi.numbers import SCHEDULES_MAX
from hyp.plan.draft import Draft, DraftPartition, DraftSchedule
from hyp.plan.model import Timing
from hyp.plan.node import Path

Stretch = tuple[int, int]
"""[start, end) in ns from the start of the major frame."""


@dataclass(frozen=True)
class Presence:
    """`stretches`: by partition, net (without the guard), by time, at least one each."""

    schedule: DraftSchedule
    frame: int
    stretches: dict[str, list[Stretch]]

    def gaps(self, partition: str) -> Iterator[Stretch]:
        """Stretches between its windows, [net end, next release); the last one goes into the next frame."""
        mine = self.stretches[partition]
        following = [*mine[1:], (mine[0][0] + self.frame, 0)]
        return ((end, start) for (_, end), (start, _) in zip(mine, following, strict=True))


def presences(draft: Draft) -> list[Presence]:
    """The schedules that can be judged: no mistake in their windows, and not too many of them."""
    if len(draft.schedules) > SCHEDULES_MAX:
        return []
    return [found for schedule in draft.schedules if (found := _presence(draft, schedule)) is not None]


def timing_in(schedule: DraftSchedule, partition: DraftPartition) -> Timing | None:
    """The timing that holds for `partition` in `schedule`."""
    return schedule.timing.get(partition.name, partition.timing)


def timing_path(schedule: DraftSchedule, partition: DraftPartition) -> Path:
    """Where that timing is written."""
    own = partition.name in schedule.timing
    return (*schedule.path, "timing", partition.name) if own else (*partition.path, "timing")


def _presence(draft: Draft, schedule: DraftSchedule) -> Presence | None:
    if not schedule.complete or draft.guard is None or schedule.major_frame is None or not draft.report.ok((*schedule.path, "windows")):
        return None
    stretches: dict[str, list[Stretch]] = {}
    for window in schedule.windows:
        extent = window.extent()
        if window.partition is not None and extent is not None:
            stretches.setdefault(window.partition, []).append((extent[0], extent[1] - draft.guard))
    return Presence(schedule, schedule.major_frame, {name: sorted(mine) for name, mine in stretches.items()})
