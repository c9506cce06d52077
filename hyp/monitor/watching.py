"""Listens to a monitor on a port until enough frames were judged, or time is up. What a test uses as an extra witness."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.line.port import LineLost, Port, open_port
from hyp.monitor.parameters import entry_of
from hyp.monitor.witness import Witness

_POLL_S = 0.05
SILENT_S = 5.0
"""A monitor sends a record every few milliseconds, whatever its board does."""


def watch(
    witness: Witness,
    port: Port,
    *,
    frames: int | None = None,
    seconds: float | None = None,
    timeout_s: float | None = None,
    ended: Callable[[], bool] = lambda: False,
    show: Callable[[], None] = lambda: None,
) -> None:
    """Until `frames` have been seen, `seconds` (host time) are over, or it has `ended`; `show` is called now and then.

    Stop TARGET_FAILED when the monitor says nothing for 5 s, its line is lost, or `frames` have not come in `timeout_s`;
    WRONG_INPUT when it was made from another plan. The witness keeps that as a reason.
    """
    try:
        _watch(witness, port, frames, seconds, timeout_s, ended, show)
    except Stop as stop:
        witness.failure = stop.message
        raise


def _watch(
    witness: Witness,
    port: Port,
    frames: int | None,
    seconds: float | None,
    timeout_s: float | None,
    ended: Callable[[], bool],
    show: Callable[[], None],
) -> None:
    begun = heard = port.now()
    while True:
        last = ended()  # before the last look, so that nothing that came in time is missed
        try:
            data = port.read(_POLL_S)
        except LineLost as lost:
            if frames is not None and witness.recognised and witness.frames >= frames:
                return
            raise Stop(ExitCode.TARGET_FAILED, f"the monitor's line is lost: {lost}") from None
        now = port.now()
        if data:
            heard = now
            witness.feed(data)
            show()
        if last or (frames is not None and witness.recognised and witness.frames >= frames):
            return
        if seconds is not None and now - begun >= seconds:
            return
        if now - heard > SILENT_S:
            raise Stop(ExitCode.TARGET_FAILED, f"the monitor says nothing for {SILENT_S:g} s: is it powered, is `host_baud` the plan's?")
        if timeout_s is not None and now - begun > timeout_s:
            raise Stop(ExitCode.TARGET_FAILED, f"{witness.frames} of {frames} frames in {timeout_s:g} s: does the board run, is it wired?")


class Background:
    """A witness beside a run: `with Background(manifest, url) as watched: ...`, then `watched.witness.reasons()`.

    A line that fails, or says nothing for 5 s, is a reason too, and is raised when the context ends.
    """

    def __init__(self, manifest: Manifest, url: str) -> None:
        self.witness = Witness(manifest)
        self._port = open_port(url, entry_of(manifest)["host_baud"])
        self._ended = Event()
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._listen, name="monitor", daemon=True)

    def __enter__(self) -> Background:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join(2.0)
        with suppress(LineLost):
            self._port.close()
        if self._failure is not None and kind is None:
            raise self._failure

    def _listen(self) -> None:
        try:
            watch(self.witness, self._port, ended=self._ended.is_set)
        except BaseException as failure:  # noqa: BLE001 - it is raised in the thread that waits for this one
            self._failure = failure
