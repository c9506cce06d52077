"""The monitor counts from its power-on; a listener wants what fell into its own time. What comes between is told apart here."""

from __future__ import annotations

_FRAMES, _GOOD = 1 << 32, 1 << 16
"""At which the counters of frames, and of good ones, begin at 0 again."""
QUEUE = 32
"""Faults that wait in the monitor for its line; more at once are counted only."""


class FrameCounter:
    """Major frames from the first report on, which says only where the counting begins. `anew`: the monitor began at 0 meanwhile."""

    def __init__(self) -> None:
        self.seen = 0
        self.good = 0
        self.anew = False
        self._last: int | None = None
        self._last_good = 0

    def report(self, frames: int, good: int) -> None:
        """As a record has them: since power-on, `good` modulo 2^16."""
        if self._last is not None:
            more = (frames - self._last) % _FRAMES
            bad = (more - (good - self._last_good)) % _GOOD  # exact while a report has fewer than 65,536 of them
            if more >= _FRAMES // 2 or bad > more:
                self.anew = True
            else:
                self.seen += more
                self.good += more - bad
        self._last, self._last_good = frames, good

    def passed(self, frame: int) -> bool:
        """Whether frames have ended after `frame` of the monitor's count, modulo 2^16, had."""
        return self._last is not None and 0 < (self._last - frame) % (1 << 16) < 1 << 15


class FaultCounter:
    """Faults that were named one by one, and the monitor's own count of all.

    A storm of them before the first report hides how many are older than the listening: then all since power-on count.
    """

    def __init__(self) -> None:
        self.count = 0
        self.anew = False
        self._last: int | None = None
        self._before = 0

    def name(self) -> None:
        self.count += 1

    def report(self, faults: int) -> None:
        """As a record has them: since power-on. It is said when no fault waits."""
        if self._last is None:
            self._before = faults - self.count if self.count < QUEUE else 0
        elif faults < self._last:
            self.anew = True
            self._before = faults - self.count
        self._last = faults
        self.count = max(self.count, faults - self._before)

    def withdraw(self) -> None:
        """The one named last was none."""
        self.count -= 1
        self._before += 1
