"""Which mode a console is in, when nobody says: packets bring zero bytes, which text never has."""

from __future__ import annotations

from hyp.target.console import Demultiplexer, Line
from hyp.target.feed import FramedFeeder, TextFeeder
from hyp.target.frames import FramedDemultiplexer

AUTO, TEXT, FRAMED = "auto", "text", "framed"
MODES = (AUTO, TEXT, FRAMED)


class Streams:
    """Decoder and feeder of a line that was joined anywhere. `names`: of the streams by number, empty when they are not known."""

    def __init__(self, mode: str, names: tuple[str, ...], fifo: int = 16) -> None:
        self._names = names
        self._fifo = fifo
        self.mode = mode
        self._text = Demultiplexer(names[1:], known=bool(names))
        self._frames = FramedDemultiplexer(names, whole=False)
        self._feeder: FramedFeeder | TextFeeder | None = None
        self._early: list[tuple[int, bytes]] = []

    @property
    def damage(self) -> list[str]:
        """What was lost so far, for people."""
        found = self._frames.damage
        return [*found.on_the_line(), *found.in_the_target()]

    @property
    def lost(self) -> tuple[str, ...]:
        """What the line lost of it."""
        return self._frames.damage.on_the_line()

    @property
    def waiting(self) -> int:
        """Bytes of input that are not sent or not taken yet."""
        return sum(len(data) for _, data in self._early) + (self._feeder.waiting if self._feeder is not None else 0)

    def know(self, names: tuple[str, ...]) -> None:
        """Names of the streams by number, from here on."""
        self._names = names
        self._frames.know(names)
        self._text.know(names[1:])

    def rejoin(self) -> list[Line]:
        """The line was away: what was begun is complete, and what comes is joined anywhere. What is left of it is returned."""
        lines = self._decoder().finish()
        damage = self._frames.damage
        self._text = Demultiplexer(self._names[1:], known=bool(self._names))
        self._frames = FramedDemultiplexer(self._names, whole=False)
        self._frames.damage = damage
        if isinstance(self._feeder, FramedFeeder):
            self._feeder.ask_again()
        return lines

    def feed(self, data: bytes) -> list[Line]:
        if self.mode == AUTO and 0 in data:
            self.mode = FRAMED
            data = self._text.leave() + data
        return self._decoder().feed(data)

    def finish(self) -> list[Line]:
        return self._decoder().finish()

    def put(self, partition: int, data: bytes) -> None:
        """Input for a partition. While the mode is not known it waits. Stop ENVIRONMENT for what text mode cannot send."""
        self._early.append((partition, data))

    def poll(self, now: float) -> bytes:
        """What is to be sent now."""
        if self.mode == AUTO:
            return b""
        if self._feeder is None:
            self._feeder = FramedFeeder(self._fifo) if self.mode == FRAMED else TextFeeder()
        for partition, data in self._early:
            self._feeder.put(partition, data)
        self._early.clear()
        answers, self._frames.answers = self._frames.answers, []
        return self._feeder.poll(now, answers)

    def drop_input(self) -> None:
        """Nobody takes it: it is forgotten."""
        self._early.clear()
        self._feeder = None

    def _decoder(self) -> Demultiplexer | FramedDemultiplexer:
        return self._frames if self.mode == FRAMED else self._text
