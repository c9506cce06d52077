"""One run, watched: bytes in, lines out, until it ends by itself or has to be ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from hyp.target.console import Line
from hyp.target.feed import Feeder
from hyp.target.frames import Decoder, FramedDemultiplexer
from hyp.target.options import Options
from hyp.target.target import Stream, Target

_POLL_SECONDS = 0.01
_FEEDING_SECONDS = 0.001
"""Each answer lets the next packet go, and an emulator's time goes on meanwhile."""
_BOOTING = ("boot ", "clock ", "start")
"""The kernel's first lines. A board that is switched on may send a noise byte first, which spoils the very first one."""
_LAST_WORDS_SECONDS = 1.0
"""How long we go on listening after a panic: its registers follow it, and the kernel halts without leaving."""


class End(Enum):
    """How a run ended. The first two are judged; the others but INTERRUPTED mean that the target failed."""

    COMPLETE = "complete"  # the kernel said `hyp: end`
    UNTIL = "until"  # `--until` was seen
    INTERRUPTED = "interrupted"
    SILENT = "silent"  # it printed nothing
    HUNG = "hung"  # it printed something and then never ended
    CRASHED = "crashed"  # the machine or its emulator is gone
    HALTED = "halted"  # the kernel refused the machine: `hyp: halt`
    PANICKED = "panicked"  # the kernel's own fault: `hyp: panic`


FAILED = frozenset({End.SILENT, End.HUNG, End.CRASHED, End.HALTED, End.PANICKED})


@dataclass(frozen=True)
class Session:
    """`message` says for people what happened when it failed. `lines` are the console's, in order.

    `losses`: what was lost between target and host, in words.
    """

    end: End
    message: str
    lines: tuple[Line, ...]
    losses: tuple[str, ...] = ()


class Watch:
    """The state of a session while it goes on.

    `from_boot`: the line may still carry the end of what ran before, so lines count from the kernel's `hyp: boot` on.
    """

    def __init__(self, target: Target, uart: str, decoder: Decoder, options: Options, show: Callable[[Line], None],
                 feeder: Feeder | None = None, *, from_boot: bool = False) -> None:  # fmt: skip
        self._target = target
        self._uart = uart
        self._options = options
        self._show = show
        self._decoder = decoder
        self._lines: list[Line] = []
        self._bytes = 0
        self._fatal: tuple[End, str] | None = None
        self._finished: End | None = None
        self._waits_for_boot = from_boot
        self._feeder = feeder
        self._started = False

    def run(self) -> Session:
        """Start the target and watch it to its end; it is stopped then. KeyboardInterrupt becomes End.INTERRUPTED."""
        stream: Stream | None = None
        try:
            self._target.start()
            stream = self._target.streams().get(self._uart)
            end, message = self._watch(stream)
        except KeyboardInterrupt:
            end, message = End.INTERRUPTED, "interrupted"
        finally:
            self._target.stop()
        if self._finished is None:
            self._take(stream)
        self._accept(self._decoder.finish())
        damage = self._decoder.damage.on_the_line() if isinstance(self._decoder, FramedDemultiplexer) else ()
        return Session(end, message, tuple(self._lines), (*self._target.remarks(), *damage))

    def _watch(self, stream: Stream | None) -> tuple[End, str]:
        limit = self._options.timeout_s
        deadline = None if limit is None else time.monotonic() + limit
        heard = time.monotonic()
        while True:
            ended = self._target.ended()  # before the last look at the stream, so that nothing printed is missed
            if self._take(stream):
                heard = time.monotonic()
            if self._finished is not None:
                return self._finished, ""
            self._feed()
            if ended is not None:
                return self._gone(ended.orderly, ended.reason)
            now = time.monotonic()
            if self._fatal is not None and now - heard > _LAST_WORDS_SECONDS:
                return self._fatal
            if deadline is not None and now > deadline:
                return self._late(limit or 0.0)
            time.sleep(_FEEDING_SECONDS if self._feeder is not None and self._feeder.waiting else _POLL_SECONDS)

    def _gone(self, orderly: bool, reason: str) -> tuple[End, str]:
        if self._fatal is not None:
            return self._fatal
        if not self._bytes:
            return (End.SILENT if orderly else End.CRASHED), f"the target printed nothing on {self._uart} and is gone: {reason}"
        missing = "the console never said `hyp: end`"
        return End.CRASHED, f"{missing}: {reason}"

    def _late(self, limit: float) -> tuple[End, str]:
        if self._fatal is not None:
            return self._fatal
        if not self._bytes:
            return End.SILENT, f"the target printed nothing on {self._uart} in {limit:g} s: does the board's console match, does it boot?"
        if self._waits_for_boot:
            last = next((line.text for line in reversed(self._lines) if line.text.strip()), "nothing that is text")
            said = f"{self._bytes} bytes came on {self._uart} in {limit:g} s, and no `hyp: boot` among them; the last line: {last[:200]}"
            return End.HUNG, f"{said} (is the speed right? does it boot the image?)"
        return End.HUNG, f"the target did not end in {limit:g} s (host time): it hangs, or needs a longer --timeout"

    def _take(self, stream: Stream | None) -> bool:
        data = stream.read() if stream is not None else b""
        self._bytes += len(data)
        self._accept(self._decoder.feed(data))
        return bool(data)

    def _feed(self) -> None:
        """Not before the kernel has started: nobody would listen."""
        if self._feeder is None or not self._started:
            return
        answers = self._decoder.answers if isinstance(self._decoder, FramedDemultiplexer) else []
        data = self._feeder.poll(time.monotonic(), answers)
        answers.clear()
        if data:
            self._target.send(self._uart, data)

    def _accept(self, lines: list[Line]) -> None:
        for line in lines:
            if self._finished is not None:
                return
            if self._waits_for_boot and line.direct and line.text.startswith(_BOOTING):
                self._waits_for_boot = False
                self._lines.clear()
                self._fatal = None
            self._lines.append(line)
            self._show(line)
            self._started |= line.direct and line.text.startswith("start")
            if line.direct and line.text.startswith("halt"):
                self._fatal = End.HALTED, f"the kernel refuses this machine: {line.text}"
            elif line.direct and line.text.startswith("panic"):
                self._fatal = End.PANICKED, f"the kernel failed: {line.text}"
            elif self._waits_for_boot:
                continue
            elif line.direct and line.text == "end":
                self._finished = End.COMPLETE
            elif self._options.until is not None and self._options.until.seen_in(line.stream, line.text):
                self._finished = End.UNTIL
