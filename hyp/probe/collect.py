"""Reads a whole report over a line that may lose, change and repeat bytes: what is missing is asked for, or comes round again."""

from __future__ import annotations

from collections.abc import Callable

from hyp.exits import ExitCode, Stop
from hyp.line.port import LineLost, Port
from hyp.probe.lines import Collector, Entry

_READ_SECONDS = 0.25
_SILENCE_SECONDS = 1.0
"""The probe is between two reports, or the line eats it all: it is asked then."""
_ASKED_AT_ONCE = 4
"""More at once would fill a UART's receive FIFO while the probe sends."""


def collect(
    port: Port, seconds: float, progress: Callable[[str], None], log: Callable[[bytes], None] = lambda _: None
) -> tuple[Entry, ...]:
    """All lines of one report. Stop TARGET_FAILED after `seconds`, or when the line is lost, with what was seen until then."""
    collector = Collector()
    end = port.now() + seconds
    heard, shown = port.now(), -1
    try:
        while not collector.is_whole and port.now() < end:
            data = port.read(_READ_SECONDS)
            log(data)
            collector.feed(data)
            if len(collector.good) != shown:
                shown = len(collector.good)
                progress(f"{shown} of {collector.count or '?'} lines")
            if data:
                heard = port.now()
            elif port.now() - heard > _SILENCE_SECONDS:
                port.write(_request(collector))
                heard = port.now()
    except LineLost as lost:
        raise Stop(ExitCode.TARGET_FAILED, f"the line was lost: {lost} ({_seen(collector)})") from None
    if not collector.is_whole:
        raise Stop(ExitCode.TARGET_FAILED, _failure(collector, seconds))
    return collector.entries()


def from_log(data: bytes) -> tuple[Entry, ...]:
    """The report in a log that another program wrote. Stop WRONG_INPUT when no report in it is whole."""
    collector = Collector()
    collector.feed(data + b"\n")
    if not collector.is_whole:
        raise Stop(ExitCode.WRONG_INPUT, f"the log holds no whole report: {_seen(collector)}; let the probe send it once more")
    return collector.entries()


def _request(collector: Collector) -> bytes:
    """The end of line before it ends what noise may have begun."""
    missing = collector.missing[:_ASKED_AT_ONCE]
    return b"\r" + b"".join(f"send {number}\r".encode() for number in missing) if missing else b"\rsend all\r"


def _failure(collector: Collector, seconds: float) -> str:
    if collector.received == 0:
        return (
            f"nothing was received in {seconds:g} s: is the board on, does it boot the probe's medium, is the null-modem cable at the UART "
            "that the medium names? See docs/boards.md"
        )
    if not collector.good:
        return f"no line of the probe in {seconds:g} s: {_seen(collector)}; is it another program, or another speed (--baud)?"
    return f"the report is not whole after {seconds:g} s: {_seen(collector)}; a longer --timeout may help"


def _seen(collector: Collector) -> str:
    return f"{collector.received} bytes, {len(collector.good)} of {collector.count or '?'} lines good, {collector.damaged} damaged"
