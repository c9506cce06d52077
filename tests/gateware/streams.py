"""Streams of pin values out of the kernel's own, with one thing wrong or several. A stream is (ps, value) pairs by time, at odd ps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from sim.monitor.standin.bench import Event
from sim.monitor.standin.pins import Write

HALF_PS = 41_667
"""12 MHz to within 8 ppm. Clock edges lie at odd multiples of it; see `STEP`."""
NS = 1000


@dataclass(frozen=True)
class Stream:
    """`half_ps` is half a period of the monitor's clock. Two changes at one instant: the later in the list holds."""

    changes: tuple[tuple[int, int], ...]
    half_ps: int = HALF_PS

    def events(self) -> list[Event]:
        return [Event(at, "pins", value) for at, value in self.changes]

    @property
    def end_ps(self) -> int:
        return self.changes[-1][0] if self.changes else 0


def from_writes(writes: list[Write], lead_ns: int = 2000) -> Stream:
    """The kernel's writes, the first one `lead_ns` after the beginning."""
    first = writes[0].at_ns - lead_ns
    return Stream(tuple((_off_the_edges((one.at_ns - first) * NS, HALF_PS), one.value) for one in writes))


def _off_the_edges(at_ps: int, half_ps: int) -> int:
    """The nearest instant at or after `at_ps` that is no clock edge: there the order of change and sample would be anyone's."""
    return at_ps + 1 if at_ps % half_ps == 0 else at_ps


def _settled(stream: Stream, changes: list[tuple[int, int]]) -> Stream:
    moved = [(_off_the_edges(max(1, at), stream.half_ps), value) for at, value in changes]
    return replace(stream, changes=tuple(sorted(moved, key=lambda pair: pair[0])))


@dataclass(frozen=True)
class Mutation:
    """What is done to a stream: `name`, the edge `at` (modulo their number) and two numbers of which each kind makes what it needs."""

    name: str
    at: int
    amount: int
    other: int

    def apply(self, stream: Stream) -> Stream:
        if not stream.changes:
            return stream
        return MUTATIONS[self.name](stream, self.at % len(stream.changes), self.amount, self.other)


def _shift(stream: Stream, at: int, by_ps: int) -> Stream:
    changes = list(stream.changes)
    changes[at] = changes[at][0] + by_ps, changes[at][1]
    return _settled(stream, changes)


def late(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    return _shift(stream, at, (50 + amount % 3000) * NS)


def early(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    return _shift(stream, at, -(50 + amount % 4000) * NS)


def overrun(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    return _shift(stream, at, (2500 + amount % 12_000) * NS)


def all_late_from(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    by = (100 + amount % 40_000) * NS
    return _settled(stream, [*stream.changes[:at], *((when + by, value) for when, value in stream.changes[at:])])


def missing(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    return replace(stream, changes=stream.changes[:at] + stream.changes[at + 1 + amount % 3 :])


def extra(stream: Stream, at: int, amount: int, other: int) -> Stream:
    """A write in between; what it overwrites comes back no more."""
    return _settled(stream, [*stream.changes, (stream.changes[at][0] + (800 + amount % 9000) * NS, other & 0xFF)])


def wrong(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    changes = list(stream.changes)
    changes[at] = changes[at][0], changes[at][1] ^ (1 + amount % 127)
    return replace(stream, changes=tuple(changes))


def other_window(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    """Another identity that exists."""
    changes = list(stream.changes)
    changes[at] = changes[at][0], (changes[at][1] & 0x80) | amount % 5
    return replace(stream, changes=tuple(changes))


def swapped(stream: Stream, at: int, _amount: int, _other: int) -> Stream:
    changes = list(stream.changes)
    after = (at + 1) % len(changes)
    (one, first), (two, second) = changes[at], changes[after]
    changes[at], changes[after] = (one, second), (two, first)
    return _settled(stream, changes)


def silence(stream: Stream, at: int, _amount: int, _other: int) -> Stream:
    return replace(stream, changes=stream.changes[:at])


def pause(stream: Stream, at: int, amount: int, _other: int) -> Stream:
    """Silence, and then the board goes on, as after a reset."""
    by = (20_000 + amount % 60_000) * NS
    return _settled(stream, [*stream.changes[:at], *((when + by, value) for when, value in stream.changes[at:])])


def drift(stream: Stream, _at: int, amount: int, other: int) -> Stream:
    """Another rate of the monitor's clock: up to 1.5 % either way, or the few hundred ppm that crystals may have."""
    share = amount % 15_000 if other % 2 else amount % 400
    by = max(1, HALF_PS * share // 1_000_000)
    moved = replace(stream, half_ps=HALF_PS + (by if other % 4 < 2 else -by))
    return _settled(moved, list(moved.changes))


def slow_drift(stream: Stream, _at: int, amount: int, other: int) -> Stream:
    """A rate that leaves every edge in its place and moves the frames: 0.3 to 0.9 % either way, as these frames are so short."""
    by = HALF_PS * (3000 + amount % 6000) // 1_000_000
    moved = replace(stream, half_ps=HALF_PS + (by if other % 2 else -by))
    return _settled(moved, list(moved.changes))


def glitch(stream: Stream, at: int, amount: int, other: int) -> Stream:
    """A pulse on some lines: mostly shorter than the filter, some not."""
    start = stream.changes[at][0] + (amount % 4000 - 300) * NS
    before = [value for when, value in stream.changes if when <= start]
    value = before[-1] if before else 0
    length = (other >> 8) % 900 * NS
    return _settled(stream, [*stream.changes, (start, value ^ (1 + other % 255)), (start + length, value)])


def settling(stream: Stream, at: int, amount: int, other: int) -> Stream:
    """The lines of one edge do not arrive together: each value in between is one that a slow or metastable line could give."""
    when, value = stream.changes[at]
    before = stream.changes[at - 1][1] if at else 0
    random = Random(amount << 16 | other & 0xFFFF)
    changes = [*stream.changes]
    changes[at] = when + (300 + other % 300) * NS, value
    for _ in range(1 + amount % 4):
        mixed = (before & ~(mask := random.randrange(256))) | (value & mask)
        changes.append((when + random.randrange(250) * NS, mixed))
    return _settled(stream, changes)


MUTATIONS: dict[str, Callable[[Stream, int, int, int], Stream]] = {
    one.__name__: one
    for one in (
        late,
        early,
        overrun,
        all_late_from,
        missing,
        extra,
        wrong,
        other_window,
        swapped,
        silence,
        pause,
        drift,
        slow_drift,
        glitch,
        settling,
    )
}
