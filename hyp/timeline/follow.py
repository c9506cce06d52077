"""A core's trace followed window by window, from one major frame to the next: a frame may begin any schedule, and a restart of the
module begins a frame at a new instant."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.timeline.events import Event
from hyp.timeline.predict import Lane, Prediction


@dataclass(frozen=True)
class Deviation:
    core: int
    at_ns: int
    message: str


@dataclass(frozen=True)
class Followed:
    """`frames`: whole major frames by schedule. `restarts`: ns at which the frame after a restart of the module began.
    `whole`: everything was compared, and the trace ends with a frame's end."""

    frames: dict[str, int]
    restarts: tuple[int, ...]
    deviations: tuple[Deviation, ...]
    whole: bool


class Follower:
    """Takes the events of one core in order. After a wrong order the rest is not compared: it would only repeat."""

    def __init__(self, prediction: Prediction, *, from_start: bool, restarts: int) -> None:
        self._frames = {lane.name: 0 for lane in prediction.lanes}
        self._begun: list[int] = []
        self._deviations: list[Deviation] = []
        self._prediction = prediction
        self._restarts = restarts
        self._frame_ns: int | None = 0 if from_start else None  # None: not known yet
        self._frame = 0
        self._lane: Lane | None = prediction.lanes[0] if from_start and prediction.lanes else None  # None: any may begin
        self._place = 0
        self._released: Event | None = None  # the window that is open
        self._lost = False

    def take(self, event: Event) -> None:
        if event.kind == "unknown":
            self._say(event, "a trace record of an unknown kind")
        elif self._lost:
            return
        elif event.kind == "window_start":
            self._start(event)
        elif event.kind == "window_end" and self._released is not None:
            self._end(event, self._released)

    def finish(self) -> Followed:
        whole = not self._lost and self._released is None and self._place == 0
        return Followed(self._frames, tuple(self._begun), tuple(self._deviations), whole)

    def _start(self, event: Event) -> None:
        owner = self._prediction.place(event.value)
        if owner is None:
            self._lose(event, f"window {event.value} was released, which this core does not have")
            return
        lane, place = owner
        if self._frame_ns is None:
            self._enter(event, lane, place)
        elif self._expected(lane, place) and self._released is None:
            self._compare(event, lane, place)
        elif not self._restart(event, lane, place):
            self._lose(event, f"window {event.value} was released where {self._due()} was due")

    def _enter(self, event: Event, lane: Lane, place: int) -> None:
        """The first release that the ring still holds: by its instant, its frame is known."""
        self._frame_ns = self._prediction.frame_ns(event.ticks, lane.windows[place], restarted=self._restarts > 0)
        if self._frame_ns is None:
            self._lose(event, f"window {event.value} was released at tick {event.ticks}, at which no frame has it")
            return
        self._frame = self._frame_ns // lane.major_ns
        self._open(event, lane, place)

    def _expected(self, lane: Lane, place: int) -> bool:
        return place == self._place and (self._lane is None or lane is self._lane)

    def _compare(self, event: Event, lane: Lane, place: int) -> None:
        assert self._frame_ns is not None
        wanted = self._prediction.ticks(self._frame_ns, lane.windows[place])
        if event.ticks != wanted:
            if self._restart(event, lane, place):
                return
            self._say(event, f"{self._name(lane, place)} was due at tick {wanted}, the trace says {event.ticks}")
        self._open(event, lane, place)

    def _restart(self, event: Event, lane: Lane, place: int) -> bool:
        """Whether a restart of the module explains the release: the first schedule begins, later than all that was promised so far."""
        if len(self._begun) >= self._restarts or lane is not self._prediction.lanes[0] or place != 0:
            return False
        begin = self._prediction.frame_ns(event.ticks, lane.windows[0], restarted=True)
        if begin is None or (self._released is not None and event.ticks <= self._released.ticks):
            return False
        self._begun.append(begin)
        self._frame_ns = begin
        self._frame += self._released is not None or self._place > 0
        self._open(event, lane, 0)
        return True

    def _open(self, event: Event, lane: Lane, place: int) -> None:
        self._lane, self._place, self._released = lane, place, event

    def _end(self, event: Event, start: Event) -> None:
        """A window's end lies after its start and not beyond its planned time."""
        assert self._lane is not None
        assert self._frame_ns is not None
        lane, window = self._lane, self._lane.windows[self._place]
        longest = window["for_ns"] * self._prediction.scale >> 32
        if not 0 <= event.ticks - start.ticks <= longest:
            name = f"window {window['index']} ({window['partition']})"
            self._say(event, f"{name} ended {event.ticks - start.ticks} ticks after its release, planned at most {longest}")
        self._released = None
        self._place += 1
        if self._place == len(lane.windows):
            self._frames[lane.name] += 1
            self._frame_ns += lane.major_ns
            self._frame += 1
            self._lane, self._place = None, 0

    def _due(self) -> str:
        if self._released is not None and self._lane is not None:
            return f"the end of {self._name(self._lane, self._place)}"
        if self._lane is None:
            return f"the first window of a schedule (frame {self._frame})"
        return self._name(self._lane, self._place)

    def _name(self, lane: Lane, place: int) -> str:
        window = lane.windows[place]
        return f"window {window['index']} ({window['partition']}, frame {self._frame})"

    def _lose(self, event: Event, message: str) -> None:
        self._say(event, message)
        self._lost = True

    def _say(self, event: Event, message: str) -> None:
        self._deviations.append(Deviation(event.core, event.at_ns, message))
