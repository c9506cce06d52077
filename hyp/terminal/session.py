"""Attached to a target's console: everything received goes to the log first, then to the screen; what is typed goes to a partition."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, TextIO

from hyp.abi.packets import attention
from hyp.line.port import LineLost, Port
from hyp.target.console import Line
from hyp.target.options import Match
from hyp.terminal.modes import AUTO, TEXT, Streams

_READ_SECONDS = 0.02
_AGAIN_SECONDS = 0.5
_UNDECIDED_SECONDS = 1.0
"""What is typed waits so long for the first zero byte before the console is taken for text."""


class End(Enum):
    TIME = "time"
    UNTIL = "until"
    QUIT = "quit"
    LOST = "lost"  # the line is gone, and nobody wants to wait for it


@dataclass(frozen=True)
class Wishes:
    """`seconds`: after which it ends, None: never. `names`: of the streams by number; empty: not known."""

    names: tuple[str, ...]
    seconds: float | None = None
    until: Match | None = None
    reconnect: bool = True


class Session:
    """`reopen` opens a line that was lost, once it is there again. `say` is for remarks, `show` for lines."""

    def __init__(
        self,
        reopen: Callable[[], Port | None],
        console: Streams,
        wishes: Wishes,
        show: Callable[[Line], None],
        say: Callable[[str], None],
    ) -> None:
        self._reopen = reopen
        self._console = console
        self._wishes = wishes
        self._show = show
        self._say = say
        self._typed: queue.Queue[str] = queue.Queue()
        self._to: int | None = None
        self._since = time.monotonic()
        self._seen = False
        self.received = 0

    def listen(self, source: TextIO) -> None:
        """Take lines from `source` as typed ones, from a thread: a terminal and a pipe are alike."""
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()

    def choose(self, name: str) -> bool:
        """The partition that typed lines go to, by name or number; False when there is none of that name."""
        partitions = self._wishes.names[1:]
        if name in partitions:
            self._to = partitions.index(name)
        elif name.isdecimal() and (not partitions or int(name) < len(partitions)):
            self._to = int(name)
        else:
            return False
        return True

    def run(self, first: Port, log: BinaryIO) -> End:
        """Until time is up, the line was seen, `/quit`, or the line is gone for good. KeyboardInterrupt passes through.

        `first` is closed at the end, `log` is not.
        """
        port: Port | None = first
        deadline = None if self._wishes.seconds is None else time.monotonic() + self._wishes.seconds
        try:
            while True:
                if deadline is not None and time.monotonic() > deadline:
                    return End.TIME
                if port is None:
                    port = self._wait_for_line()
                    continue
                try:
                    if (end := self._turn(port, log)) is not None:
                        return end
                except LineLost as lost:
                    self._say(f"{lost}")
                    port.close()
                    port = None
                    self._take_lines(self._console.rejoin())
                    if not self._wishes.reconnect:
                        return End.LOST
        finally:
            self._take_lines(self._console.finish())
            if port is not None:
                port.close()

    def _turn(self, port: Port, log: BinaryIO) -> End | None:
        data = port.read(_READ_SECONDS)
        if data:
            log.write(data)
            log.flush()
            self.received += len(data)
            self._take_lines(self._console.feed(data))
        if self._seen:
            return End.UNTIL
        if self._take_typed(port):
            return End.QUIT
        now = time.monotonic()
        if self._console.mode == AUTO and self._console.waiting and now - self._since > _UNDECIDED_SECONDS:
            self._console.mode = TEXT
        if sent := self._console.poll(now):
            port.write(sent)
        return None

    def _wait_for_line(self) -> Port | None:
        time.sleep(_AGAIN_SECONDS)
        port = self._reopen()
        if port is not None:
            self._say("the line is back")
        return port

    def _take_lines(self, lines: list[Line]) -> None:
        for line in lines:
            self._show(line)
            if self._wishes.until is not None and self._wishes.until.seen_in(line.stream, line.text):
                self._seen = True

    def _take_typed(self, port: Port) -> bool:
        """True: it is to end."""
        while not self._typed.empty():
            line = self._typed.get_nowait()
            word, _, rest = line.partition(" ")
            if word == "/quit":
                return True
            if word == "/loader":
                port.send_break()
                port.write(attention())
            elif word == "/to":
                self._say(f"to {rest}" if self.choose(rest.strip()) else f"there is no partition {rest.strip()!r}{self._known()}")
            elif self._to is None:
                self._say(f"choose a partition first: /to NAME{self._known()}")
            else:
                self._since = time.monotonic() if not self._console.waiting else self._since
                self._console.put(self._to, (line.removeprefix("/") if line.startswith("//") else line).encode() + b"\n")
        return False

    def _known(self) -> str:
        return f"; there are {', '.join(self._wishes.names[1:])}" if self._wishes.names else ""

    def _listen(self, source: TextIO) -> None:
        for line in source:
            self._typed.put(line.rstrip("\n"))
