"""Listens to a monitor on a port until enough frames were judged, or time is up."""

from __future__ import annotations

from collections.abc import Callable

from hyp.exits import ExitCode, Stop
from hyp.line.port import LineLost, Port
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
