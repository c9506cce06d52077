"""The monitor as one more witness of a run: it is listened to while the run goes on, and has its say when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.lab.control import Control
from hyp.line.port import LineLost, SerialPort, open_port
from hyp.monitor import summary
from hyp.monitor.parameters import entry_of
from hyp.monitor.watching import watch
from hyp.monitor.witness import Witness

_POLL_S = 0.02
_LINGER_S = 2.0
"""After a short run the monitor may not have said yet which plan it was made from: it does so once in a round of its statistics."""
_JOIN_S = _LINGER_S + 2.0
_FIRST_LINE = b"hyp: boot plan="


class Background:
    """A witness beside a run: `with Background(manifest, url) as watched: ...`, then `watched.witness.reasons()`.

    A line that fails, or says nothing for 5 s, is a reason too, and is raised when the context ends.
    """

    def __init__(self, manifest: Manifest, url: str, begun: Callable[[], bool] = lambda: True) -> None:
        """The line is opened when the run has `begun`: what a board shows before is not the plan's. Stop when it cannot be opened."""
        self.witness = Witness(manifest)
        self._url, self._baud = url, entry_of(manifest)["host_baud"]
        self._begun = begun
        self._port: SerialPort | None = self._open()
        if not begun():
            self._close()
        self._ended = Event()
        self._latest = 0.0
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._listen, name="monitor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """What failed is a reason from now on; errors of ours are raised."""
        self._latest = time.monotonic() + _LINGER_S
        self._ended.set()
        self._thread.join(_JOIN_S)
        self._close()
        if self._failure is not None and not isinstance(self._failure, Stop):
            raise self._failure

    def __enter__(self) -> Background:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.end()
        if self._failure is not None and kind is None:
            raise self._failure

    def _listen(self) -> None:
        try:
            while not self._begun():
                if self._ended.wait(_POLL_S):
                    return
            self._port = self._port or self._open()
            watch(self.witness, self._port, ended=self._is_over)
        except Stop as stop:
            self.witness.failure = stop.message
            self._failure = stop
        except BaseException as failure:  # noqa: BLE001 - it is raised in the thread that waits for this one
            self._failure = failure

    def _is_over(self) -> bool:
        return self._ended.is_set() and (self.witness.recognised or time.monotonic() > self._latest)

    def _open(self) -> SerialPort:
        try:
            return open_port(self._url, self._baud)
        except Stop as stop:
            raise Stop(stop.code, stop.message.replace("--port", "the monitor's line", 1)) from None

    def _close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            with suppress(LineLost):
                port.close()


def monitored(manifest: Manifest, control: Control, *, attach: bool = False) -> Background | None:
    """The monitor at the board's pins, to be listened to from the kernel's first line on; None when the board has none.

    Stop when the plan has no monitor, or the line cannot be opened. `attach`: the board may be running already.
    """
    board, console = control.board, control.console
    if board.monitor is None:
        return None
    if manifest["monitor"] is None:
        why = f"board {board.name} has a monitor at {board.monitor}, and plan {manifest['plan']} has none"
        raise Stop(ExitCode.WRONG_INPUT, f"{why}: add `monitor: {{lines: parallel}}` to {manifest['plan_file']}")
    starts = board.has_loader or board.can_start
    if attach and not board.can_start:
        return Background(manifest, board.monitor)
    return Background(manifest, board.monitor, boot_in(console.log, console.size if starts else console.taken))


@contextmanager
def listening(manifest: Manifest, control: Control, *, attach: bool = False) -> Iterator[Witness | None]:
    """The witness of the run inside, if the board has a monitor. What fails on its line is among its reasons."""
    beside = monitored(manifest, control, attach=attach)
    if beside is None:
        yield None
        return
    beside.start()
    try:
        yield beside.witness
    finally:
        beside.end()


def reasons(witness: Witness | None, *, complete: bool) -> list[str]:
    """What it has against the run, shortly; `complete`: the kernel has ended it, so the pins rest."""
    if witness is None:
        return []
    if complete:
        witness.over()
    return summary.brief(witness)


def boot_in(log: Path, at: int) -> Callable[[], bool]:
    """Whether the kernel has said its first line in a console's raw log, from byte `at` on."""
    booted = False

    def look() -> bool:
        nonlocal at, booted
        if not booted and log.exists():
            with log.open("rb") as file:
                file.seek(at)
                data = file.read()
            booted = _FIRST_LINE in data
            at += max(0, len(data) - len(_FIRST_LINE) + 1)  # the line may have come in two pieces
        return booted

    return look
