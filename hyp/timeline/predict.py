"""What a plan predicts: in a major frame of a schedule a core's windows are released in their order, each at its instant."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from hyp.image.manifest import ScheduleEntry, WindowEntry

RESTART_GRAIN_NS = 1000
"""After a restart of the module the first major frame begins at a multiple of this (monotonic time)."""


@dataclass(frozen=True)
class Lane:
    """The windows of one core in one schedule, by time; never empty."""

    name: str
    major_ns: int
    windows: tuple[WindowEntry, ...]


@dataclass(frozen=True)
class Prediction:
    """`lanes` in the plan's order: the first one runs first. `scale`: ticks = ns * scale / 2^32, rounded down."""

    lanes: tuple[Lane, ...]
    scale: int

    def place(self, index: int) -> tuple[Lane, int] | None:
        """The lane of window `index` and its place there; None when it is not this core's."""
        found = ((lane, n) for lane in self.lanes for n, window in enumerate(lane.windows) if window["index"] == index)
        return next(found, None)

    def ticks(self, frame_ns: int, window: WindowEntry) -> int:
        """The release of `window` in a frame that begins at `frame_ns`: the kernel rounds frame and place each for itself."""
        return (frame_ns * self.scale >> 32) + (window["at_ns"] * self.scale >> 32)

    def frame_ns(self, ticks: int, window: WindowEntry, *, restarted: bool) -> int | None:
        """The start of the frame whose `window` is released at `ticks`; None when no frame of the plan can begin there."""
        grain = gcd(*(lane.major_ns for lane in self.lanes), *([RESTART_GRAIN_NS] if restarted else []))
        begin = ticks - (window["at_ns"] * self.scale >> 32)
        least = -(-(begin << 32) // self.scale)
        found = -(-least // grain) * grain
        return found if begin >= 0 and found * self.scale >> 32 == begin else None


def predict(schedules: list[ScheduleEntry], core: int, scale: int) -> Prediction:
    """Of one core. Schedules in which it has no window leave no mark on it and are left out."""
    lanes = []
    for schedule in schedules:
        windows = sorted((window for window in schedule["windows"] if window["core"] == core), key=lambda window: window["at_ns"])
        if windows:
            lanes.append(Lane(schedule["name"], schedule["major_frame_ns"], tuple(windows)))
    return Prediction(tuple(lanes), scale)
