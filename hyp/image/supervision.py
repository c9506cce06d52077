"""Which windows judge a supervised partition: where its deadline has passed, and where its period ends."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.tables import WINDOW_DEADLINE, WINDOW_PERIOD_END
from hyp.plan.model import Partition, Schedule, Timing, Window


@dataclass(frozen=True)
class Judgement:
    """`deadline_ns` from the start of the window's major frame; 0 also when it has passed before that."""

    flags: int
    deadline_ns: int


NONE = Judgement(0, 0)


def judgements(schedule: Schedule, partitions: tuple[Partition, ...], guard_ns: int) -> dict[int, Judgement]:
    """By place in the schedule's windows. A period that no window of the partition lies in is judged by nobody.

    The deadline of a period is judged at the end of the first window that reaches it, or of the period's last one: no later
    window of that period can meet it.
    """
    found: dict[int, Judgement] = {}
    for partition in partitions:
        timing = schedule.timing.get(partition.name, partition.timing)
        if timing is None or not timing.supervise:
            continue
        for members in _periods(schedule, partition.name, timing):
            judge = next((n for n, w, start in members if w.at_ns + w.for_ns - guard_ns >= start + timing.deadline_ns), members[-1][0])
            for n, _, start in members:
                flags = (WINDOW_DEADLINE if n == judge else 0) | (WINDOW_PERIOD_END if n == members[-1][0] else 0)
                found[n] = Judgement(flags, max(0, start + timing.deadline_ns))
    return found


def _periods(schedule: Schedule, name: str, timing: Timing) -> list[list[tuple[int, Window, int]]]:
    """The partition's windows by period: place, window, start of the period in the window's own frame."""
    periods: dict[int, list[tuple[int, int, Window, int]]] = {}
    for n, window in enumerate(schedule.windows):
        if window.partition != name:
            continue
        since = (window.at_ns - timing.offset_ns) % schedule.major_frame_ns
        number, into = divmod(since, timing.period_ns)
        periods.setdefault(number, []).append((since, n, window, window.at_ns - into))
    return [[(n, window, start) for _, n, window, start in sorted(members, key=lambda m: m[0])] for members in periods.values()]
