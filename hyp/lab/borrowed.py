"""A kept line as a `Port`, for who talks with the board himself, as the loader's host does: what he reads is in the raw log, too."""

from __future__ import annotations

import time

from hyp.exits import ExitCode, Stop
from hyp.lab.line import Line
from hyp.line.port import LineLost

_POLL_SECONDS = 0.002
_CHUNK = 65536


class BorrowedPort:
    """Reads from the raw log, from its end at the time of borrowing. `at`: bytes of the log that were read."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.at = line.size

    def read(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        while True:
            data = self._new()
            if data or time.monotonic() >= deadline:
                return data
            if not self._line.is_open:
                raise LineLost(f"{self._line.url}: the line is lost")
            time.sleep(_POLL_SECONDS)

    def write(self, data: bytes) -> None:
        try:
            self._line.write(data)
        except Stop as stop:
            raise LineLost(stop.message) from None

    def flush(self) -> None:
        """Before a change of speed the line does it itself."""

    def set_baud(self, baud: int) -> None:
        self._line.set_baud(baud)

    def send_break(self) -> None:
        self._line.send_break()

    def close(self) -> None:
        """The line stays."""

    def now(self) -> float:
        return time.monotonic()

    def _new(self) -> bytes:
        if self._line.size <= self.at:
            return b""
        with self._line.log.open("rb") as file:
            file.seek(self.at)
            data = file.read(_CHUNK)
        self.at += len(data)
        return data


def borrow(line: Line, seconds: float) -> BorrowedPort:
    """Stop as of an open port, when the line is not open within `seconds`."""
    reason = line.wait_open(seconds)
    if reason is not None:
        raise Stop(ExitCode.ENVIRONMENT, f"{line.url}: {reason}")
    return BorrowedPort(line)
