"""How much time the windows of a schedule give to one partition: arithmetic only, on a frame that repeats for ever."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Missing:
    """Period `number` from 0 gets `delivered` ns before its deadline."""

    number: int
    start: int
    end: int
    delivered: int


class Supply:
    """Net stretches of a partition, [start, end) in ns within the frame, not overlapping."""

    def __init__(self, frame: int, stretches: Sequence[tuple[int, int]]) -> None:
        self._frame = frame
        self._stretches = sorted(stretches)
        self._starts = [start for start, _ in self._stretches]
        self._sums = [0]
        for start, end in self._stretches:
            self._sums.append(self._sums[-1] + end - start)

    def until(self, time: int) -> int:
        """ns delivered in [0, time)."""
        frames, rest = divmod(time, self._frame)
        index = bisect_right(self._starts, rest)
        total = self._sums[index]
        if index:
            total -= max(0, self._stretches[index - 1][1] - rest)
        return frames * self._sums[-1] + total

    def between(self, start: int, end: int) -> int:
        return self.until(end) - self.until(start)

    def worst(self, period: int, deadline: int, offset: int) -> tuple[Missing, Missing]:
        """The first period that gets least, and the first that gets most, of all periods of a frame (or of all frames of a period).

        Only periods near an edge of a stretch are looked at: what lies wholly between two edges is like its neighbour. So the
        effort depends on the number of windows, not on how short the period is.
        """
        count = max(1, self._frame // period)
        numbers = {0, count - 1}
        for edge in (edge for stretch in self._stretches for edge in stretch):
            near = (edge - offset) // period
            numbers.update((near + step) % count for step in (-1, 0, 1, 2))
        results = [self._period(number, period, deadline, offset) for number in sorted(numbers)]
        return min(results, key=lambda one: (one.delivered, one.number)), max(results, key=lambda one: (one.delivered, -one.number))

    def least_total(self, period: int, offset: int) -> int:
        """The least that a whole period gets, whatever the deadline."""
        return self.worst(period, period, offset)[0].delivered

    def _period(self, number: int, period: int, deadline: int, offset: int) -> Missing:
        start = offset + number * period
        return Missing(number, start, start + deadline, self.between(start, start + deadline))
