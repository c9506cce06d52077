"""How many messages a writer may send in a stretch of time: arithmetic only."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hyp.plan.checks.presence import Stretch
from hyp.plan.model import Timing
from hyp.plan.units import Rate, duration


@dataclass(frozen=True)
class Arrivals:
    """By `rate`; without one, one message per `period` from `offset` on; without that (`period` 0), one per window."""

    frame: int
    rate: Rate | None
    period: int
    offset: int

    @classmethod
    def of(cls, rate: Rate | None, timing: Timing | None, frame: int) -> Arrivals:
        return cls(frame, rate, 0, 0) if timing is None else cls(frame, rate, timing.period_ns, timing.offset_ns)

    def words(self, writer: str) -> str:
        if self.rate is not None:
            return f"at its rate of {self.rate.count} per {duration(self.rate.per_ns)}"
        return (
            f"one per period of `{writer}`, {duration(self.period)}"
            if self.period
            else f"one per window of `{writer}`, which has no `timing`"
        )

    def count(self, pieces: Sequence[Stretch]) -> int:
        """The most that may come in `pieces`, the time that the writer has, in order, within less than a frame."""
        if not pieces:
            return 0
        if self.rate is not None:
            return min(self._at_rate(pieces[0][0], pieces[-1][1]), sum(self._at_rate(start, end) for start, end in pieces))
        if not self.period:
            return len(pieces)
        # A period of several frames begins in one of them: taken as one that begins in each, it is seen wherever it begins.
        period, total, last = min(self.period, self.frame), 0, None
        for start, end in pieces:
            first, final = (start - self.offset) // period, (end - 1 - self.offset) // period
            total += final - first + 1 - (first == last)
            last = final
        return total

    def _at_rate(self, start: int, end: int) -> int:
        return 0 if self.rate is None else self.rate.count * ((end - 1 - start) // self.rate.per_ns + 1)


def most_in(gaps: Sequence[Stretch], writer: Sequence[Stretch], arrivals: Arrivals) -> Iterator[tuple[Stretch, int]]:
    """For each gap of a reader, the most messages that may come in it. `writer` is sorted; a gap may end in the next frame."""
    frame = arrivals.frame
    twice = [*writer, *((start + frame, end + frame) for start, end in writer)]
    starts, ends = [start for start, _ in twice], [end for _, end in twice]
    for gap in gaps:
        inside = twice[bisect_right(ends, gap[0]) : bisect_left(starts, gap[1])]
        pieces = [(max(start, gap[0]), min(end, gap[1])) for start, end in inside]
        yield gap, arrivals.count(pieces)
