"""A core's trace ring as events in nanoseconds."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hyp.abi.state import TRACE_RECORD, TRACE_WINDOW_END, TRACE_WINDOW_START
from hyp.target.facts import TraceDump

KINDS = {TRACE_WINDOW_START: "window_start", TRACE_WINDOW_END: "window_end"}
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True)
class Event:
    """`ticks` is the TSC since the epoch, `at_ns` the same rounded to ns; `kind` is one of KINDS or `unknown`."""

    core: int
    kind: str
    ticks: int
    at_ns: int
    value: int


def events(dump: TraceDump, tsc_hz: int) -> tuple[Event, ...]:
    """The dump's records, oldest first."""
    offsets = TRACE_RECORD.offsets
    tsc, kind, value = (struct.Struct(code) for code in ("<Q", "<I", "<I"))
    found = []
    for at in range(0, len(dump.records), TRACE_RECORD.size):
        (number,) = kind.unpack_from(dump.records, at + offsets["kind"])
        ticks = tsc.unpack_from(dump.records, at + offsets["tsc"])[0] - dump.epoch
        at_ns = (ticks * _SECOND_NS + tsc_hz // 2) // tsc_hz
        found.append(
            Event(dump.core, KINDS.get(number, "unknown"), ticks, at_ns, value.unpack_from(dump.records, at + offsets["value"])[0])
        )
    return tuple(found)
