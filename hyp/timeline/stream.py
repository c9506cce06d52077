"""The trace's stream as events: times made whole again, frames that came as planned filled in from the plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from hyp.abi.numbers import Trace
from hyp.abi.packets import PACKET_FRAME_LONG, Packet, take_number
from hyp.image.manifest import ScheduleEntry, WindowEntry
from hyp.timeline.events import Event, event
from hyp.timeline.packets import FRAME, PART, RECORDS_BELOW, SYNC, trace_packets
from hyp.timeline.predict import predict

_WORD = 1 << 32


@dataclass(frozen=True)
class Streamed:
    """One core's events in order of time, in pieces between which something is missing.

    `lost`: records that the kernel overwrote before it could send them. `gaps`: places where packets are missing or were damaged.
    An end that the plan filled in is at the window's planned net end.
    """

    core: int
    pieces: tuple[tuple[Event, ...], ...]
    lost: int
    gaps: int

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(one for piece in self.pieces for one in piece)


def read_stream(data: bytes, schedules: list[ScheduleEntry], guard_ns: int, tsc_hz: int, tick_scale: int) -> tuple[Streamed, ...]:
    """By core. Packets before the first SYNC are left out: their times are not known."""
    cores: dict[int, _Core] = {}
    current: _Core | None = None
    for packet, gap in trace_packets(data):
        if gap and current is not None:
            current.broken()
        try:
            if packet.kind == SYNC:
                current = cores.setdefault(packet.body[0], _Core(packet.body[0], schedules, guard_ns, tsc_hz, tick_scale))
                current.sync(packet.body)
            elif current is not None:
                current.take(packet)
        except IndexError:  # whole by its checksum and yet too short: another version's, or chance
            if current is not None:
                current.broken()
    return tuple(core.streamed() for _, core in sorted(cores.items()))


@dataclass
class _Core:
    """One core's stream while it is read."""

    core: int
    schedules: list[ScheduleEntry]
    guard_ns: int
    tsc_hz: int
    scale: int
    reference: int = 0
    lost: int = 0
    gaps: int = 0
    pieces: list[list[Event]] = field(default_factory=lambda: [[]])
    started: int | None = None  # the window whose start came as a record
    ended: set[int] = field(default_factory=set)  # windows of the frame in progress whose ends came as records

    def sync(self, body: bytes) -> None:
        self.reference = int.from_bytes(body[1:9], "little", signed=True)
        lost = int.from_bytes(body[9:13], "little")
        if lost != self.lost:
            self.lost = lost
            self._cut()

    def broken(self) -> None:
        self.gaps += 1
        self._cut()

    def take(self, packet: Packet) -> None:
        body = packet.body
        low = int.from_bytes(body[:4], "little")
        ticks = self.reference + (low - self.reference + _WORD // 2) % _WORD - _WORD // 2
        self.reference = ticks
        if packet.kind < RECORDS_BELOW:
            self._record(packet.kind, ticks, body)
        elif packet.kind == PART:
            first, at = take_number(body, 4)
            done, at = take_number(body, at)
            self._frame(ticks, first, done, begun=body[at] != 0)
        elif packet.kind >= FRAME:
            first = take_number(body, 4)[0] if packet.kind == PACKET_FRAME_LONG else packet.kind - FRAME
            self._frame(ticks, first, None, begun=False)

    def streamed(self) -> Streamed:
        pieces = tuple(tuple(sorted(piece, key=lambda one: one.ticks)) for piece in self.pieces if piece)
        return Streamed(self.core, pieces, self.lost, self.gaps)

    def _cut(self) -> None:
        self.started = None
        self.ended.clear()
        if self.pieces[-1]:
            self.pieces.append([])

    def _record(self, kind: int, ticks: int, body: bytes) -> None:
        detail = body[4]
        subject, at = take_number(body, 5)
        value, _ = take_number(body, at)
        if kind == Trace.WINDOW_START:
            self.started = value
        if kind == Trace.WINDOW_END and self.started != subject:
            self.ended.add(subject)
        self._put(kind, ticks, value, detail, subject)

    def _frame(self, begin: int, first: int, done: int | None, *, begun: bool) -> None:
        """The windows from `first` on: `done` of them, None: all of the frame; and the next one's start when it has `begun`."""
        windows = self._lane(first)
        for window in windows[: len(windows) if done is None else done]:
            self._put(Trace.WINDOW_START, begin + self._ticks(window["at_ns"]), window["index"])
            if window["index"] not in self.ended:
                self._put(Trace.WINDOW_END, begin + self._ticks(window["at_ns"] + window["for_ns"] - self.guard_ns), 0)
        if begun and done is not None and done < len(windows):
            self._put(Trace.WINDOW_START, begin + self._ticks(windows[done]["at_ns"]), windows[done]["index"])
        self.ended.clear()

    def _lane(self, first: int) -> tuple[WindowEntry, ...]:
        lanes = (lane.windows for lane in predict(self.schedules, self.core, self.scale).lanes)
        return next((windows for windows in lanes if windows[0]["index"] == first), ())

    def _ticks(self, ns: int) -> int:
        return ns * self.scale >> 32

    def _put(self, kind: int, ticks: int, value: int, detail: int = 0, partition: int = 0) -> None:
        self.pieces[-1].append(event(self.core, kind, ticks, value, detail, partition, self.tsc_hz))
