"""From a console UART's bytes to lines that know their stream (docs/internals.md, "Text on the console")."""

from __future__ import annotations

import re
from dataclasses import dataclass

KERNEL = "hyp"
_NAME = re.compile(rb"[a-z][a-z0-9_-]{0,29}")
_LINE_MAX = 4096
"""A longer line is cut into pieces, so that a broken line cannot grow without end."""


@dataclass(frozen=True)
class Line:
    """`stream` is `hyp` or a partition's name; None: nobody's (firmware, loader, a damaged prefix).

    `direct`: the kernel printed it while no partition ran (`hyp: `).
    """

    stream: str | None
    text: str
    direct: bool = False


class Demultiplexer:
    """Splits bytes into lines as they come; a line counts when it is complete."""

    def __init__(self, partitions: tuple[str, ...], *, known: bool = True) -> None:
        """`known` False: the partitions' names are not known, and whatever has a name's form before the bar is one."""
        self.know(partitions)
        self._known = known
        self._rest = b""
        self._cut: Line | None = None  # the line that the rest goes on with: what follows a cut has no prefix and must find none

    def feed(self, data: bytes) -> list[Line]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        lines: list[Line] = []
        for raw in whole:
            self._rest, rest = raw, self._rest
            lines += self._shorten()
            lines.append(self._take(self._rest))
            self._rest, self._cut = rest, None
        return lines + self._shorten()

    def know(self, partitions: tuple[str, ...]) -> None:
        """The partitions' names, from here on."""
        self._streams = {**{name.encode() + b"|": name for name in partitions}, b"hyp|": KERNEL}

    def leave(self) -> bytes:
        """What was begun, for another reader: it was no line of text after all."""
        rest, self._rest = self._rest, b""
        return rest

    def finish(self) -> list[Line]:
        """The line that was not completed, if any."""
        rest, self._rest = self._rest, b""
        return [self._take(rest)] if rest else []

    def _shorten(self) -> list[Line]:
        lines = []
        while len(self._rest) > _LINE_MAX:
            self._cut = self._take(self._rest[:_LINE_MAX])
            lines.append(self._cut)
            self._rest = self._rest[_LINE_MAX:]
        return lines

    def _take(self, raw: bytes) -> Line:
        raw = raw.rstrip(b"\r")
        if self._cut is not None:
            return Line(self._cut.stream, printable(raw))
        if raw.startswith(b"hyp: "):
            return Line(KERNEL, printable(raw[5:]), direct=True)
        prefix, bar, text = raw.partition(b"|")
        stream = self._streams.get(prefix + bar)
        if stream is None and not self._known and bar and _NAME.fullmatch(prefix):
            stream = prefix.decode()
        if stream is None:
            return Line(None, printable(raw))
        return Line(stream, printable(text.removeprefix(b" ")))


def printable(raw: bytes) -> str:
    r"""Text that is safe on a terminal: UTF-8 where it is valid and printable, everything else as `\xNN`."""
    text = raw.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in text)
