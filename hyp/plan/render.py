"""Diagnostics as text for people: place, message, the source line with carets, reason and fix."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from hyp.diagnostics import Diagnostic, Place, Severity
from hyp.plan.source import Source

WIDTH = 110
"""Columns of a source line that are shown; longer ones are cut around the place."""

_BOLD, _RED, _YELLOW, _BLUE, _OFF = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[0m"


def render_text(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], *, colour: bool = False) -> str:
    """All diagnostics, a blank line between two; empty when there are none. Ends with a newline."""
    blocks = [_block(diagnostic, sources, colour=colour) for diagnostic in diagnostics]
    return "\n".join(blocks)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`; `no errors`."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    errors, warnings = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    text = "no errors" if errors == 0 else f"{errors} error{'s' if errors > 1 else ''}"
    return text + (f", {warnings} warning{'s' if warnings > 1 else ''}" if warnings else "")


def _block(diagnostic: Diagnostic, sources: Mapping[str, Source], *, colour: bool) -> str:
    bold, off = (_BOLD, _OFF) if colour else ("", "")
    hue = (_RED if diagnostic.severity is Severity.ERROR else _YELLOW) if colour else ""
    at = _at(diagnostic.place)
    lines = [f"{bold}{at}: {hue}{diagnostic.severity}{off}{bold} {diagnostic.code}: {_printable(diagnostic.message)}{off}"]
    lines += _excerpt(diagnostic.place, sources, hue, off)
    lines += [f"  why: {_printable(diagnostic.why)}", f"  fix: {_printable(diagnostic.fix)}"]
    blue = _BLUE if colour else ""
    for related in diagnostic.related:
        lines.append(f"  {blue}{_at(related.place)}: {_printable(related.message)}{off}")
        lines += _excerpt(related.place, sources, blue, off)
    return "\n".join(lines) + "\n"


def _at(place: Place) -> str:
    return f"{_printable(place.file)}:{place.line}:{place.column}"


def _excerpt(place: Place, sources: Mapping[str, Source], hue: str, off: str) -> list[str]:
    """The source line and its carets; nothing when the text is not at hand or the line is empty."""
    source = sources.get(place.file)
    line = source.line(place.line) if source is not None else ""
    if line.strip() == "":
        return []
    start = place.column - 1
    end = place.end_column - 1 if place.end_line == place.line else len(line)
    first = 0 if len(line) <= WIDTH or start < WIDTH - 30 else start - 30
    shown = line[first : first + WIDTH]
    before = "…" if first > 0 else ""
    after = "…" if len(line) > first + WIDTH else ""
    carets = max(1, _columns(line[start : min(end, first + WIDTH)]))
    margin = " " * (len(before) + _columns(line[first:start]))
    number = f"{place.line:>5}"
    return [f"{number} | {before}{_printable(shown)}{after}", f"{' ' * len(number)} | {margin}{hue}{'^' * carets}{off}"]


def _columns(text: str) -> int:
    """Terminal columns of `text` as `_printable` shows it."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text)


def _printable(text: str) -> str:
    """One column for what a terminal would obey: a source line cannot move the cursor. A tab is a space."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " if char == "\t" else "·" for char in text)
