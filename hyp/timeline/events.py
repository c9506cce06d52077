"""A core's trace ring as events in nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.numbers import Trace
from hyp.abi.state import NO_TRACED, TRACE_RECORD
from hyp.target.facts import TraceDump

KINDS = {int(kind): kind.name.lower() for kind in Trace}
WINDOWS = ("window_start", "window_end", "unknown")
"""Kinds that a plan's prediction says something about; an unknown one is a deviation."""
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Event:
    """`ticks` is the TSC since the epoch, `at_ns` the same rounded to ns; `kind` is one of KINDS or `unknown`.

    `value` and `detail` are as hyp.abi.numbers.Trace says; `partition` is an id, None: the kernel or the module.
    """

    core: int
    kind: str
    ticks: int
    at_ns: int
    value: int
    detail: int = 0
    partition: int | None = None


def events(dump: TraceDump, tsc_hz: int) -> tuple[Event, ...]:
    """The dump's records, oldest first."""
    found = []
    for at in range(0, len(dump.records), TRACE_RECORD.size):
        tsc, kind, detail, partition, value = (_int(word) for word in TRACE_RECORD.unpack(dump.records, at).values())
        found.append(event(dump.core, kind, tsc - dump.epoch, value, detail, partition, tsc_hz))
    return tuple(found)


def event(core: int, kind: int, ticks: int, value: int, detail: int, partition: int, tsc_hz: int) -> Event:
    """From the words of a record; `ticks` since the epoch."""
    at_ns = (ticks * _SECOND_NS + tsc_hz // 2) // tsc_hz
    return Event(core, KINDS.get(kind, "unknown"), ticks, at_ns, value, detail, None if _of_windows(kind, partition) else partition)


def _of_windows(kind: int, partition: int) -> bool:
    return kind in (Trace.WINDOW_START, Trace.WINDOW_END) or kind not in KINDS or partition == NO_TRACED


def _int(word: object) -> int:
    assert isinstance(word, int)
    return word
