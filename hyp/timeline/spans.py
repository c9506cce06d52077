"""What lasted: windows and hypercalls as stretches of time, as they came and as the plan has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hyp.timeline.describe import Described
from hyp.timeline.events import Event
from hyp.timeline.predict import Prediction

_SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Span:
    """[start_ns, end_ns) on a core, of a partition."""

    core: int
    partition: str
    name: str
    start_ns: int
    end_ns: int
    words: dict[str, Any]


def windows(described: Iterable[Described]) -> Iterator[Span]:
    """Windows whose start and end are both there."""
    open_: dict[int, Described] = {}
    for one in described:
        core = one.event.core
        if one.event.kind == "window_start":
            open_[core] = one
        elif one.event.kind == "window_end" and (start := open_.pop(core, None)) is not None and start.partition is not None:
            yield Span(core, start.partition, start.partition, start.event.at_ns, one.event.at_ns, {**start.words, **one.words})


def calls(described: Iterable[Described]) -> Iterator[Span]:
    """Hypercalls; one that left its window has no result there and ends with the next event of its core."""
    open_: dict[int, Described] = {}
    for one in described:
        core, kind = one.event.core, one.event.kind
        if kind not in ("call", "result", "window_end"):
            continue
        start = open_.pop(core, None)
        if start is not None and start.partition is not None:
            words = one.words if kind == "result" else start.words
            yield Span(core, start.partition, str(start.words["call"]), start.event.at_ns, one.event.at_ns, words)
        if kind == "call":
            open_[core] = one


def planned(found: Sequence[Event], prediction: Prediction, core: int, guard_ns: int, tsc_hz: int) -> Iterator[Span]:
    """The plan's windows in each major frame that the events name."""
    for one in found:
        place = prediction.place(one.value) if one.kind == "window_start" and one.core == core else None
        if place is None or place[1] != 0:
            continue
        lane, _ = place
        begin = one.ticks * _SECOND_NS // tsc_hz - lane.windows[0]["at_ns"]
        for window in lane.windows:
            start = begin + window["at_ns"]
            words = {"window": window["index"], "schedule": lane.name}
            yield Span(core, window["partition"], window["partition"], start, start + window["for_ns"] - guard_ns, words)
