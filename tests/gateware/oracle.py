"""What the monitor has to say of a stream of pin values: from image.json alone, in exact fractions of clocks, with none of its code.

Independent of `hyp.monitor` and `sim.monitor` but for the names of verdicts. The rules are those of docs/monitor.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from hyp.image.manifest import Manifest, ScheduleEntry
from hyp.monitor.kinds import Kind

LEAST_FILTER = 8
DTR, RTS = 1, 2
UNKNOWN = 127
"""What a frame's first window is taken for when DTR does not say that it is one."""
Verdict = tuple[Kind, int, int]


@dataclass(frozen=True)
class Edge:
    """In samples: when the lines began to change, when they had been steady for long enough; and what they then were."""

    began: int
    taken: int
    value: int


@dataclass(frozen=True)
class Heard:
    """An identity byte; `taken` is the sample in the middle of its stop bit."""

    taken: int
    value: int


def samples(changes: Iterable[tuple[int, int]], half_ps: int, idle: int = 0) -> Iterator[tuple[int, int]]:
    """(first sample, value) of each piece that the monitor's clock sees; what comes and goes between two samples is not seen."""
    seen: dict[int, int] = {}
    for at_ps, value in changes:
        seen[max(0, ceil(Fraction(at_ps - half_ps, 2 * half_ps)))] = value
    before = idle
    for place, value in sorted(seen.items()):
        if value != before:
            yield place, value
        before = value


def edges(changes: Iterable[tuple[int, int]], half_ps: int, steady: int) -> list[Edge]:
    """A piece of at least `steady` samples that differs from the last such one is an edge; it began where that one was left for good."""
    pieces = [(0, 0), *samples(changes, half_ps)]
    ends = [start for start, _ in pieces[1:]] + [1 << 62]
    found, resting, began = [], 0, None
    for (start, value), end in zip(pieces, ends, strict=True):
        if value == resting:
            began = None
            continue
        began = start if began is None else began
        if end - start >= steady:
            found.append(Edge(began, start + steady - 1, value))
            resting, began = value, None
    return found


def heard(changes: Iterable[tuple[int, int]], half_ps: int, divisor: int) -> list[Heard]:
    """8N1 of a line that ends high: each bit as it is in its middle, counted from the first low sample; a start bit must last so long."""
    levels = [(0, 1), *samples(changes, half_ps, 1)]

    def level(at: int) -> int:
        return next(value for start, value in reversed(levels) if start <= at)

    found, at = [], 0
    while lows := [max(at, start) for start, value in levels if value == 0 and level(max(at, start)) == 0]:
        middle = min(lows) + divisor // 2
        bits = [level(middle + n * divisor) for n in range(10)]
        at = middle + 1 if bits[0] else middle + 9 * divisor + 1
        if not bits[0] and bits[9]:
            found.append(Heard(at - 1, sum(bit << n for n, bit in enumerate(bits[1:9]))))
    return found


@dataclass
class Statistic:
    count: int = 0
    least: int = 0
    most: int = 0
    values: list[int] = field(default_factory=list)

    def add(self, value: int) -> None:
        self.least = value if self.count == 0 else min(self.least, value)
        self.most = value if self.count == 0 else max(self.most, value)
        self.count += 1
        self.values.append(value)


@dataclass
class Judgement:
    verdicts: list[Verdict] = field(default_factory=list)
    frames: list[bool] = field(default_factory=list)
    statistics: dict[int, Statistic] = field(default_factory=dict)


class Oracle:
    def __init__(self, manifest: Manifest) -> None:
        monitor = manifest["monitor"]
        assert monitor is not None
        self.modem = monitor["lines"] == "uart-modem"
        self._hz = monitor["clock_hz"]
        self.bit = _nearest(Fraction(self._hz, monitor["baud"]))
        self._ppm = Fraction(monitor["accuracy_ppm"], 1_000_000)
        self._jitter = self._clocks(monitor["jitter_ns"])
        self.steady = max(ceil(self._clocks(monitor["filter_ns"])), LEAST_FILTER)
        self._late = ceil(self._clocks(manifest["guard_ns"]))
        self.silence = ceil(self._clocks(monitor["silence_ns"]))
        self._span = monitor["drift_frames"]
        self._schedules = manifest["schedules"]
        self._windows = {window["index"]: (schedule, window) for schedule in self._schedules for window in schedule["windows"]}
        longest = max(self._last_good(self._frame(one, other)) for one in self._schedules for other in self._schedules)
        self.limit = longest + self._late + self.silence
        rates = [self._frame(one, other) for one in self._schedules for other in self._schedules]
        self._drift = self._jitter + 1 + self._span * max(rate * self._ppm + abs(rate - _nearest(rate)) for rate in rates)

    def judge(self, found: Iterable[Edge], bytes_: Iterable[Heard] = ()) -> Judgement:
        """All verdicts, up to the silence after the last edge."""
        self._said = Judgement()
        self._place: tuple[ScheduleEntry, int] | None = None  # the schedule in force, and how many of its windows have come
        taken = 0
        events: list[Edge | Heard] = [*found, *bytes_]
        for one in sorted(events, key=lambda event: event.taken):
            self._wait(taken, one.taken)
            if isinstance(one, Heard):
                self._hear(one)
            else:
                taken = one.taken if not self.modem or one.value & RTS else taken
                self._take(one)
        self._wait(taken, 1 << 62)
        return self._said

    # Time

    def _clocks(self, ns: int) -> Fraction:
        return Fraction(ns * self._hz, 1_000_000_000)

    def _frame(self, one: ScheduleEntry, other: ScheduleEntry) -> Fraction:
        return self._clocks(one["major_frame_ns"] - one["windows"][0]["at_ns"] + other["windows"][0]["at_ns"])

    def _offset(self, index: int) -> Fraction:
        schedule, window = self._windows[index]
        return self._clocks(window["at_ns"] - schedule["windows"][0]["at_ns"])

    def _tolerance(self, place: Fraction) -> Fraction:
        return self._jitter + place * self._ppm + 1

    def _early(self, time: int, place: Fraction) -> bool:
        return place - time > self._tolerance(place)

    def _over(self, time: int, place: Fraction) -> bool:
        return time - place > self._tolerance(place)

    def _last_good(self, place: Fraction) -> int:
        return (place + self._tolerance(place)).__floor__()

    # Rules

    def _say(self, kind: Kind, row: int, off: int = 0) -> None:
        self._said.verdicts.append((kind, row, off))
        if kind in (Kind.LOCKED, Kind.WRONG):
            self._current = row
        if kind > Kind.GOOD:
            self._clean = False

    def _wait(self, taken: int, until: int) -> None:
        if self._place is not None and (until - taken > self.silence + self.steady + 1 or until - self._reference > self.limit):
            self._say(Kind.SILENT, self._awaited())
            self._place = None

    def _awaited(self) -> int:
        assert self._place is not None
        schedule, come = self._place
        windows = schedule["windows"]
        return windows[come % len(windows)]["index"]

    def _hear(self, byte: Heard) -> None:
        """The identity of the window that began last, as far as anyone knows."""
        if self._place is not None and byte.value != self._current:
            self._say(Kind.WRONG, self._current)

    def _shown(self, edge: Edge) -> int:
        """DTR names the frame's first window; RTS alone is the next one's, whichever that is."""
        if not self.modem:
            return edge.value & 0x7F
        if edge.value & DTR:
            return 0
        return UNKNOWN if self._place is None or self._place[1] == len(self._place[0]["windows"]) else self._awaited()

    def _take(self, edge: Edge) -> None:
        if self.modem and not edge.value & RTS:
            return
        shown = self._shown(edge)
        owner = self._windows.get(shown)
        first = owner is not None and owner[1]["position"] == 0
        if self._place is None:
            if owner is not None and first:
                self._say(Kind.LOCKED, shown)
                self._place, self._reference, self._guessed, self._clean = (owner[0], 1), edge.began, False, True
                self._drifted: list[int] = []
            return
        schedule, come = self._place
        time, awaited = edge.began - self._reference, self._awaited()
        following = self._frame(schedule, schedule if owner is None else owner[0])
        if come == len(schedule["windows"]):
            if owner is not None and first:
                self._start(edge, owner[0], shown, following)
            elif owner is not None and not self._early(time - _nearest(following), self._offset(shown)):
                self._say(Kind.MISSING, awaited)
                self._reference, self._guessed, self._drifted = self._reference + _nearest(following), True, []
                self._said.frames.append(False)
                self._clean = False
                self._grade(edge.began - self._reference, self._offset(shown), shown)
                self._place = owner[0], owner[1]["position"] + 1
            elif not self._early(time, following) and not self._over(time, following):
                self._say(Kind.WRONG, awaited, time - _nearest(following))
                self._begin(edge, following, good=False)
                self._place = schedule, 1
            else:
                self._say(Kind.EXTRA, shown)
            return
        if owner is not None and shown == awaited:
            self._grade(time, self._offset(shown), shown)
            self._place = schedule, come + 1
        elif owner is not None and owner[0] is schedule and shown > awaited and not self._early(time, self._offset(shown)):
            self._say(Kind.MISSING, awaited)
            self._grade(time, self._offset(shown), shown)
            self._place = schedule, owner[1]["position"] + 1
        elif owner is not None and first and not self._early(time, following):
            self._say(Kind.MISSING, awaited)
            self._start(edge, owner[0], shown, following)
        elif not self._early(time, self._offset(awaited)) and not self._over(time, self._offset(awaited)):
            self._say(Kind.WRONG, awaited, time - _nearest(self._offset(awaited)))
            self._place = schedule, come + 1
        else:
            self._say(Kind.EXTRA, shown)

    def _start(self, edge: Edge, schedule: ScheduleEntry, shown: int, place: Fraction) -> None:
        """The first window of a frame, as itself."""
        time, real = edge.began - self._reference, not self._guessed
        good = self._grade(time, place, shown)
        self._begin(edge, place, good=good)
        self._place = schedule, 1
        if good and real:
            self._drifted.append(time - _nearest(place))
            if len(self._drifted) == self._span:
                total, self._drifted = sum(self._drifted), []
                if abs(total) > self._drift:
                    self._say(Kind.DRIFT, shown, total)
        else:
            self._drifted = []

    def _begin(self, edge: Edge, place: Fraction, *, good: bool) -> None:
        """A frame's beginning that was not good is replaced by where it should have been; but not twice in a row."""
        self._said.frames.append(good and self._clean)
        guess = not good and not self._guessed
        self._reference = self._reference + _nearest(place) if guess else edge.began
        self._guessed, self._clean = guess, good
        if not good:
            self._drifted = []

    def _grade(self, time: int, place: Fraction, row: int) -> bool:
        off = time - _nearest(place)
        self._current = row
        self._said.statistics.setdefault(row, Statistic()).add(off)
        if self._early(time, place):
            self._say(Kind.EARLY, row, off)
        elif not self._over(time, place):
            self._say(Kind.GOOD, row, off)
            return True
        else:
            self._say(Kind.OVERRUN if self._over(time - self._late, place) else Kind.LATE, row, off)
        return False


def _nearest(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()
