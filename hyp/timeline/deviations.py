"""A trace held against the plan's prediction: every window in its order and at its instant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hyp.image.manifest import ScheduleEntry
from hyp.target.facts import TraceDump
from hyp.timeline.events import Event, events
from hyp.timeline.predict import Release, lane, releases


@dataclass(frozen=True)
class Deviation:
    core: int
    at_ns: int
    message: str


def deviations(schedule: ScheduleEntry, dump: TraceDump, tsc_hz: int, frames: int | None = None) -> Iterator[Deviation]:
    """Where the trace leaves the prediction. After a wrong order the rest of the core is not compared: it would only repeat.

    `frames`: major frames of a complete run; then no release may be missing at the end.
    Instants are compared in ticks, made from ns as the kernel makes them, so that no rounding is a deviation.
    """
    found = events(dump, tsc_hz)
    starts = [event for event in found if event.kind == "window_start"]
    yield from _unknown(found)
    planned = None if frames is None or dump.lost else frames * len(lane(schedule, dump.core))
    if planned is not None and len(starts) != planned:
        yield Deviation(dump.core, starts[-1].at_ns if starts else 0, f"{len(starts)} releases, planned {planned}")
    if not starts:
        return
    expected = releases(schedule, dump.core) if not dump.lost else _from(schedule, dump, starts[0])
    for event, release in zip(starts, expected, strict=False):
        wanted = _ticks(release, dump.tick_scale)
        if event.value != release.window["index"]:
            yield Deviation(dump.core, event.at_ns, f"window {event.value} was released where {_name(release)} was due")
            return
        if event.ticks != wanted:
            yield Deviation(dump.core, event.at_ns, f"{_name(release)} was due at tick {wanted}, the trace says {event.ticks}")
    if not lane(schedule, dump.core):
        yield Deviation(dump.core, starts[0].at_ns, f"window {starts[0].value} was released on a core without windows")
    yield from _overlong(schedule, dump, found)


def _from(schedule: ScheduleEntry, dump: TraceDump, first: Event) -> Iterator[Release]:
    """The prediction from the first event that the ring still holds, found by its time."""
    windows = lane(schedule, dump.core)
    if not windows:
        return iter(())
    start = next((n for n, release in enumerate(islice(releases(schedule, dump.core), len(windows))) if _index(release) == first.value), 0)
    frame = max(0, round((first.at_ns - windows[start]["at_ns"]) / schedule["major_frame_ns"]))
    return releases(schedule, dump.core, frame, start)


def _unknown(found: tuple[Event, ...]) -> Iterator[Deviation]:
    for event in found:
        if event.kind == "unknown":
            yield Deviation(event.core, event.at_ns, "a trace record of an unknown kind")


def _overlong(schedule: ScheduleEntry, dump: TraceDump, found: tuple[Event, ...]) -> Iterator[Deviation]:
    """A window's end lies after its start and not beyond its planned time."""
    windows = {window["index"]: window for window in schedule["windows"]}
    start: Event | None = None
    for event in found:
        if event.kind == "window_start":
            start = event
        elif event.kind == "window_end" and start is not None and start.value in windows:
            window = windows[start.value]
            longest = window["for_ns"] * dump.tick_scale >> 32
            if not 0 <= event.ticks - start.ticks <= longest:
                name = f"window {window['index']} ({window['partition']})"
                yield Deviation(
                    dump.core, event.at_ns, f"{name} ended {event.ticks - start.ticks} ticks after its release, planned at most {longest}"
                )


def _ticks(release: Release, scale: int) -> int:
    """The kernel rounds the frame's start and the window's place in it down, each for itself."""
    at_ns = release.window["at_ns"]
    return ((release.at_ns - at_ns) * scale >> 32) + (at_ns * scale >> 32)


def _index(release: Release) -> int:
    return release.window["index"]


def _name(release: Release) -> str:
    return f"window {release.window['index']} ({release.window['partition']}, frame {release.frame})"
