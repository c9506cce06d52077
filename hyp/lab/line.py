"""A line to a board, kept open: every byte goes to the raw log first, a lost line is opened again, and what was lost is remembered.

Readers read the raw log (`hyp.target.target.LogStream`), so nothing is shown or judged that is not kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.line.port import LineLost, Port, open_port

_READ_SECONDS = 0.05
_RETRY_SECONDS = 0.1
_JOIN_SECONDS = 5.0

Opener = Callable[[str, int], Port]
"""Takes URL and baud rate; Stop when it cannot be opened."""


@dataclass
class Loss:
    """The line went away after `at_byte` bytes of the raw log. `seconds` (host time) until it came back; None: it has not."""

    at_byte: int
    reason: str
    seconds: float | None = None

    def __str__(self) -> str:
        gone = "and has not come back" if self.seconds is None else f"for {self.seconds:.1f} s; what came in the meantime is missing"
        return f"the line was lost after byte {self.at_byte} ({self.reason}) {gone}"


class Line:
    """Open it before the board is switched on. While `quiet` is set (the board is off, or is being switched), a lost line is no loss."""

    def __init__(self, url: str, baud: int, log: Path, opener: Opener = open_port) -> None:
        self.url = url
        self.baud = baud
        self.log = log
        self.quiet = False
        self.off_at: int | None = None  # quiet, and the board was off: bytes of the log by then
        self.taken = 0  # bytes of the log that belong to earlier runs
        self.losses: list[Loss] = []
        self.broken: str | None = None  # why it will never come back
        self._opener = opener
        self._port: Port | None = None
        self._why = "it was never opened"
        self._down_since = time.monotonic()
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Make the raw log and keep the line open from now on (`wait_open`). Stop ENVIRONMENT when there can be no log."""
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.log.open("ab", buffering=0)
        except OSError as error:
            raise Stop(ExitCode.ENVIRONMENT, f"{self.log}: {error.strerror}; the raw log needs a folder that can be written") from None
        self._thread = threading.Thread(target=self._keep, name=f"line {self.url}", daemon=True)
        self._thread.start()

    def wait_open(self, seconds: float) -> str | None:
        """None once the line is open; the reason when it is not within `seconds`."""
        deadline = time.monotonic() + seconds
        while self._port is None and self.broken is None:
            if time.monotonic() > deadline:
                return self._why
            time.sleep(_RETRY_SECONDS / 10)
        return self.broken

    @property
    def is_open(self) -> bool:
        return self._port is not None

    @property
    def down_seconds(self) -> float:
        """How long it has been away (host time); 0 while it is open."""
        return 0.0 if self._port is not None else time.monotonic() - self._down_since

    @property
    def size(self) -> int:
        """Bytes in the raw log."""
        try:
            return self.log.stat().st_size
        except OSError:
            return 0

    def write(self, data: bytes) -> None:
        """Stop TARGET_FAILED when the line is not there or takes nothing."""
        with self._writing:
            port = self._port
            if port is None:
                raise Stop(ExitCode.TARGET_FAILED, f"{self.url}: nothing can be sent, the line is not open: {self._why}")
            try:
                port.write(data)
            except LineLost as lost:
                raise Stop(ExitCode.TARGET_FAILED, f"{lost}: nothing can be sent") from None

    def set_baud(self, baud: int) -> None:
        """Change the speed, also for when it is opened again: a line that is lost meanwhile has it then."""
        if baud == self.baud:
            return
        self.baud = baud
        port = self._port
        if port is not None:
            with suppress(LineLost):  # whoever reads it sees that, too
                port.flush()
                port.set_baud(baud)

    def send_break(self) -> None:
        if self._port is not None:
            self._port.send_break()

    def close(self) -> None:
        """What has arrived is in the raw log afterwards."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(_JOIN_SECONDS)
            self._thread = None
            self._file.close()

    def _keep(self) -> None:
        while not self._closing.is_set():
            port = self._port
            if port is None:
                self._open()
                continue
            try:
                data = port.read(_READ_SECONDS)
            except Exception as error:  # noqa: BLE001 - LineLost, and what else a pyserial backend lets through: a thread must not die of it
                self._lose(str(error).removeprefix(f"{self.url}: ") or type(error).__name__)
                continue
            if data and not self._logged(data):
                break
        self._drop_port()

    def _open(self) -> None:
        try:
            port = self._opener(self.url, self.baud)
        except Stop as stop:
            self._why = stop.message.removeprefix(f"--port {self.url}: ")
            self._closing.wait(_RETRY_SECONDS)
            return
        except Exception as error:  # noqa: BLE001 - as above: backends of pyserial differ
            self._why = str(error) or type(error).__name__
            self._closing.wait(_RETRY_SECONDS)
            return
        if self.losses and self.losses[-1].seconds is None:
            self.losses[-1].seconds = time.monotonic() - self._down_since
        self._port = port

    def _lose(self, reason: str) -> None:
        self._why = reason
        self._down_since = time.monotonic()
        if not self.quiet or (self.off_at is not None and self.size > self.off_at):  # it has begun to speak: nothing more is expected
            self.losses.append(Loss(self.size, reason))
        self._drop_port()

    def _drop_port(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            with suppress(Exception):
                port.close()

    def _logged(self, data: bytes) -> bool:
        try:
            self._file.write(data)
        except OSError as error:
            self.broken = f"the raw log {self.log} cannot be written: {error.strerror}"
            return False
        return True
