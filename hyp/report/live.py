"""Console lines as they come: one colour per partition on a terminal, plain text elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TextIO

from hyp.target.console import KERNEL, Line
from hyp.target.report_lines import is_report

_COLOURS = (36, 33, 35, 32, 34, 31, 96, 93, 95, 92, 94, 91)
_DIM = 2
_BOLD = 1


def coloured(out: TextIO) -> bool:
    """Whether `out` takes colours: a terminal, and NO_COLOR (https://no-color.org) is not set."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and out.isatty()


class Printer:
    """Prints lines to `out`, and below a fault where in the source it happened (`place` says it for a kernel line)."""

    def __init__(self, out: TextIO, streams: tuple[str, ...], place: Callable[[Line], str | None]) -> None:
        self._out = out
        self._place = place
        self._colour = coloured(out)
        partitions = [name for name in streams if name != KERNEL]
        self._styles = {name: _COLOURS[n % len(_COLOURS)] for n, name in enumerate(partitions)} | {KERNEL: _BOLD}

    def show(self, line: Line) -> None:
        """Print the line, unless it belongs to the end report: the verdict table says that again."""
        if is_report(line):
            return
        self._print(_prefix(line), line.text, self._styles.get(line.stream or "", _DIM))
        if line.stream == KERNEL and (place := self._place(line)) is not None:
            self._print("     ", place, _DIM)
        self._out.flush()

    def _print(self, prefix: str, text: str, style: int) -> None:
        if self._colour:
            self._out.write(f"\x1b[{style}m{prefix}\x1b[0m{text}\n")
        else:
            self._out.write(f"{prefix}{text}\n")


def text_of(line: Line) -> str:
    """The line as the kernel printed it."""
    return _prefix(line) + line.text


def _prefix(line: Line) -> str:
    if line.stream is None:
        return ""
    return "hyp: " if line.direct else f"{line.stream}| "
