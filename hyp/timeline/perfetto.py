"""A trace as Chrome trace events, which ui.perfetto.dev and chrome://tracing show: tracks for cores, partitions and the plan.

Format: "Trace Event Format" (Google). Times there are microseconds; they are exact here, as decimals of ns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hyp.timeline.describe import KERNEL, Described
from hyp.timeline.spans import Span, calls, windows

_CORES, _PARTITIONS, _PLAN = 1, 2, 3
_INSTANTS = ("health", "port", "raise", "upcall", "gate", "own", "unknown")


def perfetto(partitions: Sequence[str], cores: Sequence[int], found: Sequence[Described], plan: Iterable[Span]) -> dict[str, Any]:
    tracks = {name: number for number, name in enumerate((KERNEL, *partitions))}
    events = [
        _named("process_name", process, 0, name) for process, name in ((_CORES, "cores"), (_PARTITIONS, "partitions"), (_PLAN, "plan"))
    ]
    events += [_named("thread_name", process, core, f"core {core}") for process in (_CORES, _PLAN) for core in cores]
    events += [_named("thread_name", _PARTITIONS, number, name) for name, number in tracks.items()]
    for span in windows(found):
        events += [_span(span, _CORES, span.core), _span(span, _PARTITIONS, tracks[span.partition])]
    events += [_span(span, _PARTITIONS, tracks[span.partition]) for span in calls(found)]
    events += [_span(span, _PLAN, span.core) for span in plan]
    events += [_instant(one, tracks.get(one.partition or KERNEL, 0)) for one in found if one.event.kind in _INSTANTS]
    return {"displayTimeUnit": "ns", "traceEvents": events}


def _named(what: str, process: int, thread: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": process, "tid": thread, "args": {"name": name}}


def _span(span: Span, process: int, thread: int) -> dict[str, Any]:
    length = (span.end_ns - span.start_ns) / 1000
    place = {"pid": process, "tid": thread, "ts": span.start_ns / 1000, "dur": length}
    return {"ph": "X", "name": span.name, **place, "args": {**span.words, "core": span.core}}


def _instant(one: Described, thread: int) -> dict[str, Any]:
    place = {"pid": _PARTITIONS, "tid": thread, "ts": one.event.at_ns / 1000, "s": "t"}
    return {"ph": "i", "name": one.event.kind, **place, "args": {**one.words, "core": one.event.core}}
