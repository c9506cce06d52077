"""A trace held against the plan's prediction: every window in its order and at its instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hyp.image.manifest import ScheduleEntry
from hyp.target.facts import TraceDump
from hyp.timeline.events import WINDOWS, Event, events
from hyp.timeline.follow import Deviation, Followed, Follower
from hyp.timeline.predict import Prediction, predict


def follow(
    schedules: list[ScheduleEntry], dump: TraceDump, tsc_hz: int, restarts: int = 0, frames: dict[str, int] | None = None
) -> Followed:
    """Where the trace leaves the prediction, and what it says of frames and restarts.

    `restarts`: of the module; no more gaps than these are accepted. `frames`: what a complete run had of each schedule; then no
    release may be missing at the end. Instants are compared in ticks, made from ns as the kernel makes them, so that no rounding
    is a deviation.
    """
    prediction = predict(schedules, dump.core, dump.tick_scale)
    return follow_events(prediction, dump.core, events(dump, tsc_hz), whole=not dump.lost, restarts=restarts, frames=frames)


def follow_events(
    prediction: Prediction, core: int, found: Sequence[Event], *, whole: bool, restarts: int = 0, frames: dict[str, int] | None = None
) -> Followed:
    """The same for events from anywhere; `whole`: from the first release on, with nothing missing in between."""
    follower = Follower(prediction, from_start=whole, restarts=restarts)
    for event in found:
        if event.kind in WINDOWS:
            follower.take(event)
    followed = follower.finish()
    if frames is None or followed.deviations:
        return followed
    missing = _incomplete(followed, frames, lost=not whole)
    last = found[-1].at_ns if found else 0
    return replace(followed, deviations=tuple(Deviation(core, last, message) for message in missing))


def _incomplete(followed: Followed, frames: dict[str, int], *, lost: bool) -> Iterator[str]:
    if not followed.whole:
        yield "the trace ends inside a major frame"
    for name, traced in followed.frames.items():
        if not lost and traced != frames.get(name, 0):
            yield f"{traced} major frames of schedule {name}, the kernel counted {frames.get(name, 0)}"
