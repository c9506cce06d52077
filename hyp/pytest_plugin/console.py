"""The fixture `hyp_console`: waits for lines, and says precisely what came instead."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyp.exits import Stop
from hyp.target.bundle import Bundle
from hyp.target.console import KERNEL, Line
from hyp.target.run import streams
from hyp.target.target import LogStream
from hyp.terminal.modes import AUTO, Streams

if TYPE_CHECKING:
    from hyp.pytest_plugin.board import HypBoard
    from hyp.pytest_plugin.outcome import Outcome

POLL_SECONDS = 0.01
_LINE_START_BYTES = 4096
_SHOWN = 12
_ENDS = ("panic", "halt")
"""The kernel's last words: nothing that a test waits for comes after them."""
_PREFIXED = re.compile(r"([a-z][a-z0-9_-]{0,29})\|(?: (.*)|)\Z", re.DOTALL)

Pattern = str | re.Pattern[str]


class ConsoleError(AssertionError):
    """What was waited for did not come, or what must not come did."""


class ConsoleSilent(ConsoleError):
    """The board printed nothing at all."""


class ConsoleMismatch(ConsoleError):
    """The board printed something else."""


class ConsoleLost(ConsoleError):
    """The line went away and has not come back."""


class _Limit:
    """Host time, from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end


class Console:
    """Lines are consumed in order, as by a reader: `expect` goes on after the line that it found last. Time-outs are in host seconds.

    `stream` is a partition's name or `hyp`, the kernel; None: any, and what has no stream (firmware, loaders).
    """

    def __init__(self, board: HypBoard, start: int) -> None:
        self._board = board
        self._line = board.control.console
        self._stream = LogStream(self._line.log, _line_start(self._line.log, start))
        self._bytes = 0
        self._lines: list[Line] = []
        self._next = 0  # the first line that was not consumed
        self._losses_before = len(self._line.losses)
        self._decoder = self._anew(AUTO)

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines of this test that are complete, consumed or not."""
        self._take()
        return tuple(self._lines)

    def know(self, image: Bundle) -> None:
        """The streams' names, which packets do not tell."""
        self._decoder.know(streams(image))

    def skip_to(self, at: int, mode: str) -> None:
        """Go on at byte `at` of the raw log, where something was started: what came before it was not meant to be read.

        Nor is it damage: a loader's own frames are no packets.
        """
        while data := self._stream.read_to(at):
            self._accept(data)
        self._next = len(self._lines)
        self._decoder = self._anew(mode)

    def expect(self, pattern: Pattern, *, stream: str | None = None, timeout: float = 10.0, unless: Pattern | None = None) -> re.Match[str]:
        """The match in the next line that `pattern` finds; the lines before it are consumed. Raises ConsoleError.

        It does not wait for the time-out when the kernel panics or halts, or when a line comes that `unless` finds.
        """
        __tracebackhide__ = True
        wanted, never = re.compile(pattern), re.compile(unless) if unless is not None else None
        begin = self._next

        def look(line: Line) -> re.Match[str] | None:
            match = wanted.search(line.text) if stream in (None, line.stream) else None
            if match is None and never is not None and never.search(line.text):
                raise ConsoleMismatch(f"{_named(wanted, stream)} did not come before {_quoted(line)}")
            return match

        return self._wait(look, _named(wanted, stream), begin, _Limit(timeout))

    def expect_lines(
        self, *patterns: Pattern, stream: str | None = None, timeout: float = 10.0, in_order: bool = True
    ) -> list[re.Match[str]]:
        """The matches of all `patterns`, each in a line of its own; `timeout` is for all of them together. Raises ConsoleError."""
        __tracebackhide__ = True
        limit = _Limit(timeout)
        begin = self._next
        missing = dict(enumerate(re.compile(pattern) for pattern in patterns))
        found: dict[int, re.Match[str]] = {}

        def look(line: Line) -> re.Match[str] | None:
            for number, wanted in list(missing.items())[: 1 if in_order else None]:
                match = wanted.search(line.text) if stream in (None, line.stream) else None
                if match is not None:
                    found[number] = match
                    del missing[number]
                    return match
            return None

        while missing:
            names = " and ".join(_named(wanted, stream) for wanted in missing.values())
            self._wait(look, names, begin, limit)
        return [found[number] for number in range(len(patterns))]

    def not_expected(self, pattern: Pattern, *, stream: str | None = None, within: float = 0.0) -> None:
        """No line of this test so far, nor of the next `within` seconds, has `pattern`. Nothing is consumed. Raises ConsoleMismatch."""
        __tracebackhide__ = True
        unwanted = re.compile(pattern)
        deadline = time.monotonic() + within
        seen = 0
        while True:
            self._take()
            for line in self._lines[seen:]:
                if stream in (None, line.stream) and unwanted.search(line.text):
                    raise ConsoleMismatch(f"{_named(unwanted, stream)} was not expected, and came: {_quoted(line)}")
            seen = len(self._lines)
            if time.monotonic() >= deadline:
                return
            time.sleep(POLL_SECONDS)

    def send(self, data: bytes | str, *, to: str | None = None, timeout: float = 10.0) -> None:
        """Send to a partition's console, text as UTF-8; in framed mode it waits until the target has taken all of it. Raises ConsoleError.

        Without `to` the bytes go onto the line as they are.
        """
        __tracebackhide__ = True
        try:
            if to is None:
                self._line.write(as_bytes(data))
                return
            if self._board.image is None:
                raise ConsoleError(f"no image is known, so no partition `{to}`: load one with `hyp_run` or `hyp_board.load`")
            if self._decoder.mode == AUTO:  # nothing has come yet to tell
                self._decoder.mode = self._board.image.manifest["console"]["mode"]
            self._decoder.put(partition_of(to, self._board.image), as_bytes(data))
            self._feed(to, _Limit(timeout))
        except Stop as stop:
            raise ConsoleLost(stop.message) from None

    def _feed(self, to: str, limit: _Limit) -> None:
        while self._decoder.waiting:
            late = limit.is_over
            self._take()
            if piece := self._decoder.poll(time.monotonic()):
                self._line.write(piece)
            if late:
                left = self._decoder.waiting
                self._decoder.drop_input()
                raise ConsoleError(f"{left} bytes for {to} were not taken in {limit.seconds:g} s: does the partition read its console?")
            time.sleep(POLL_SECONDS)

    def verdict(self, *, timeout: float = 60.0, strict: bool = False) -> Outcome:
        """Wait for the end of the run and judge it like `hyp run`, by the image that was loaded last. Raises ConsoleError."""
        __tracebackhide__ = True
        from hyp.pytest_plugin.outcome import outcome_of_console

        image = self._board.image
        if image is None:
            raise ConsoleError("no image is known to judge by: load one with `hyp_run` or `hyp_board.load`, or give its row `image:`")
        begin = self._next
        self._wait(
            lambda line: re.match("end", line.text) if line.direct and line.text == "end" else None, "`hyp: end`", begin, _Limit(timeout)
        )
        losses = (*(str(loss) for loss in self._line.losses[self._losses_before :]), *self._decoder.lost)
        return outcome_of_console(image, self._lines[: self._next], losses, self._board, strict=strict)

    def _wait(self, look: Callable[[Line], re.Match[str] | None], name: str, begin: int, limit: _Limit) -> re.Match[str]:
        __tracebackhide__ = True
        before = self._bytes
        while True:
            late = limit.is_over  # before the last look, so that nothing that came in time is missed
            self._take()
            while self._next < len(self._lines):
                line = self._lines[self._next]
                self._next += 1
                match = look(line)
                if match is not None:
                    return match
                if line.direct and line.text.startswith(_ENDS):
                    raise ConsoleMismatch(f"{name} did not come: the kernel ended with {_quoted(line)}")
            if self._line.broken is not None:
                raise ConsoleLost(self._line.broken)
            if late:
                raise self._failure(name, begin, self._bytes - before, limit.seconds)
            time.sleep(POLL_SECONDS)

    def _failure(self, name: str, begin: int, came: int, timeout: float) -> ConsoleError:
        where = f"{self._board.name} at {self._line.url}"
        losses = [*(str(loss) for loss in self._line.losses[self._losses_before :]), *self._decoder.lost]
        remarks = "".join(f"\n  {loss}" for loss in losses)
        if not self._line.is_open and not self._line.quiet:
            return ConsoleLost(f"{name} did not come in {timeout:g} s: the line to {where} is lost{remarks}")
        if not self._bytes and not self._lines:
            return ConsoleSilent(
                f"{where} printed nothing at all in this test; {name} did not come in {timeout:g} s: is it on, is the speed right, "
                f"are RX and TX crossed?{remarks}"
            )
        others = self._lines[begin:]
        head = f"{name} did not come in {timeout:g} s from {where}: "
        if not others:
            silence = "nothing at all came in that time" if not came else f"{came} bytes came, and no complete line"
            return ConsoleMismatch(f"{head}{silence}{_last(self._lines)}{remarks}")
        count = "1 other line" if len(others) == 1 else f"{len(others)} other lines"
        return ConsoleMismatch(f"{head}{count} came{_last(others)}{remarks}")

    def _take(self) -> None:
        self._accept(self._stream.read())

    def _accept(self, data: bytes) -> None:
        self._bytes += len(data)
        self._lines += map(_with_stream, self._decoder.feed(data))

    def _anew(self, mode: str) -> Streams:
        image = self._board.image
        return Streams(mode, streams(image) if image is not None else (), fifo=16 if image is None else image.manifest["console"]["fifo"])


def as_bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


def partition_of(name: str, image: Bundle) -> int:
    """A partition's id. Raises ConsoleError with the names that there are."""
    names = streams(image)[1:]
    if name not in names:
        raise ConsoleError(f"there is no partition `{name}`; there are {', '.join(names)}")
    return names.index(name)


def _with_stream(line: Line) -> Line:
    """Partitions' names need not be known: nobody but the kernel writes prefixes."""
    match = _PREFIXED.match(line.text) if line.stream is None else None
    return line if match is None else Line(match[1], match[2] or "")


def _line_start(log: Path, at: int) -> int:
    """Where the line begins that is being printed at byte `at`."""
    try:
        with log.open("rb") as file:
            first = max(at - _LINE_START_BYTES, 0)
            file.seek(first)
            before = file.read(at - first)
    except OSError:
        return at
    return first + before.rfind(b"\n") + 1 if b"\n" in before or first == 0 else at


def _named(pattern: re.Pattern[str], stream: str | None) -> str:
    return f"`{pattern.pattern}`" + (f" of {stream}" if stream is not None else "")


def _quoted(line: Line) -> str:
    prefix = "" if line.stream is None else f"{KERNEL}: " if line.direct else f"{line.stream}| "
    return f"`{prefix}{line.text}`"


def _last(lines: Iterable[Line]) -> str:
    shown: list[Any] = [_quoted(line)[1:-1] for line in lines][-_SHOWN:]
    return ", the last ones:\n    " + "\n    ".join(shown) if shown else ""
