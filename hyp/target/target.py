"""What a target is: something that boots an image, gives bytes per UART and perhaps its memory, and can be stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hyp.target.memory import Memory

_CHUNK = 1 << 20


class Stream(Protocol):
    def read(self) -> bytes:
        """What has arrived since the last call; empty when nothing has. Never waits."""
        ...


@dataclass(frozen=True)
class Ended:
    """A machine that is gone. `orderly`: it left by the exit port; otherwise `reason` says what happened, for people."""

    orderly: bool
    reason: str


class Target(Protocol):
    """Used in this order: prepare, start, then streams and ended while it runs, stop, memory. `stop` may come at any time, twice too."""

    @property
    def name(self) -> str: ...

    def version(self) -> str:
        """The emulator's or board's own version, one line; empty when it does not say."""
        ...

    def prepare(self) -> None:
        """Write what the start needs."""
        ...

    def start(self) -> None: ...

    def streams(self) -> Mapping[str, Stream]:
        """By the UART's name in the board file."""
        ...

    def send(self, uart: str, data: bytes) -> None:
        """To the console's UART, when the run has input. Never waits for long; a machine that is gone takes nothing."""
        ...

    def ended(self) -> Ended | None:
        """None while the machine runs."""
        ...

    def stop(self) -> None:
        """Leave nothing of it running."""
        ...

    def remarks(self) -> tuple[str, ...]:
        """What went wrong between it and us, for people: losses of a line, each with what is missing."""
        ...

    def memory(self) -> Memory | None:
        """Its physical memory once it has stopped; None when the target cannot show it."""
        ...


class LogStream:
    """A UART that the emulator writes to a file, byte by byte: the raw log is kept first and read from there."""

    def __init__(self, path: Path, at: int = 0) -> None:
        """Begins at byte `at`."""
        self._path = path
        self.at = at

    def read(self) -> bytes:
        return self.read_to(self.at + _CHUNK)

    def read_to(self, end: int) -> bytes:
        """As `read`, and no further than byte `end`."""
        try:
            with self._path.open("rb") as file:
                file.seek(self.at)
                data = file.read(max(end - self.at, 0))
        except FileNotFoundError:
            return b""
        self.at += len(data)
        return data
