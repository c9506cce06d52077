"""What a plan predicts: the instants at which a core's windows are released, without end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hyp.image.manifest import ScheduleEntry, WindowEntry


@dataclass(frozen=True)
class Release:
    """`at_ns` from the start of the first major frame; `frame` counts from 0."""

    frame: int
    at_ns: int
    window: WindowEntry


def lane(schedule: ScheduleEntry, core: int) -> list[WindowEntry]:
    """The windows of one core in a major frame, by time."""
    return sorted((window for window in schedule["windows"] if window["core"] == core), key=lambda window: window["at_ns"])


def releases(schedule: ScheduleEntry, core: int, frame: int = 0, skip: int = 0) -> Iterator[Release]:
    """The core's releases from `frame` on, without that frame's first `skip`; none when the core idles."""
    windows = lane(schedule, core)
    while windows:
        for window in windows[skip:]:
            yield Release(frame, frame * schedule["major_frame_ns"] + window["at_ns"], window)
        frame, skip = frame + 1, 0
