"""A port that is opened again when it is lost, and remembers the speed."""

from __future__ import annotations

import time
from collections.abc import Callable

from hyp.exits import ExitCode, Stop
from hyp.line.port import LineLost, Port

_AGAIN_SECONDS = 0.3


class Link:
    """`open_at` opens the port at a speed in baud. `patience_s`: how long a lost line may be away before that is an error."""

    def __init__(self, open_at: Callable[[int], Port], baud: int, patience_s: float = 10.0) -> None:
        self._open_at = open_at
        self._patience_s = patience_s
        self.baud = baud
        self.lost = 0
        self.port = open_at(baud)

    def read(self, seconds: float) -> bytes:
        """What has come; empty also when the line was lost and found again. Stop TARGET_FAILED when it stays away."""
        try:
            return self.port.read(seconds)
        except LineLost as lost:
            self._find(lost)
            return b""

    def write(self, data: bytes) -> None:
        """Bytes that a lost line swallows are not sent again: whoever waits for an answer asks again."""
        try:
            self.port.write(data)
        except LineLost as lost:
            self._find(lost)

    def set_baud(self, baud: int) -> None:
        self.baud = baud
        try:
            self.port.flush()
            self.port.set_baud(baud)
        except LineLost as lost:
            self._find(lost)

    def send_break(self) -> None:
        try:
            self.port.send_break()
        except LineLost as lost:
            self._find(lost)

    def now(self) -> float:
        return self.port.now()

    def close(self) -> None:
        self.port.close()

    def _find(self, lost: LineLost) -> None:
        self.lost += 1
        self.port.close()
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                self.port = self._open_at(self.baud)
                return
            except Stop:
                if time.monotonic() > deadline:
                    raise Stop(ExitCode.TARGET_FAILED, f"the line was lost and did not come back: {lost}") from None
                time.sleep(_AGAIN_SECONDS)
