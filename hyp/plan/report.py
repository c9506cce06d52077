"""Collects diagnostics while a plan is read and checked, and remembers which values can no longer be relied on."""

from __future__ import annotations

from collections.abc import Sequence

from hyp.codes import CODES
from hyp.diagnostics import Diagnostic, Place, Related, Severity
from hyp.plan.node import Path
from hyp.plan.spans import Spans

FOUND_MAX = 500
"""Diagnostics of one run. More than these help no one, and a hostile file could ask for millions."""


class Found:
    """All diagnostics of one run, over several files. The same code at the same place counts once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Place], Diagnostic] = {}

    @property
    def full(self) -> bool:
        return len(self._found) >= FOUND_MAX

    def add(self, diagnostic: Diagnostic) -> None:
        if not self.full:
            self._found.setdefault((diagnostic.code, diagnostic.place), diagnostic)

    def errors(self) -> bool:
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self._found.values())

    def sorted(self, first: str) -> tuple[Diagnostic, ...]:
        """By place, the file `first` before others."""
        found = sorted(self._found.values(), key=lambda d: (d.place.file != first, d.place.file, d.place.line, d.place.column, d.code))
        if self.full:
            last = found[-1].place
            message = f"there are more than {FOUND_MAX} problems; the rest is not shown"
            found.append(diagnostic("SYN013", last, message, "repair these first"))
        return tuple(found)


def diagnostic(code: str, place: Place, message: str, fix: str, related: Sequence[Related] = (), why: str | None = None) -> Diagnostic:
    """A diagnostic with the severity and, unless given, the reason that the catalogue has for its code."""
    entry = CODES[code]
    return Diagnostic(code, entry.severity, place, message, why or entry.why, fix, tuple(related))


class Report:
    """Diagnostics of one file. An error taints its value and everything around it, so that no check builds on a value that failed."""

    def __init__(self, found: Found, spans: Spans) -> None:
        self.found = found
        self.spans = spans
        self._tainted: set[Path] = set()

    def add(self, code: str, path: Path, message: str, fix: str, *, key: bool = False,
            related: Sequence[tuple[Path, str]] = (), why: str | None = None) -> None:  # fmt: skip
        """Adds a diagnostic at the value (or the key) of `path`; `related` are other values of the same file with a remark each."""
        others = [Related(self.spans.place(other), remark) for other, remark in related]
        new = diagnostic(code, self.spans.place(path, key=key), message, fix, others, why)
        self.found.add(new)
        if new.severity is Severity.ERROR:
            self.taint(path)

    def taint(self, path: Path) -> None:
        for length in range(len(path) + 1):
            self._tainted.add(path[:length])

    def ok(self, path: Path) -> bool:
        """Whether nothing at or under `path` failed."""
        return path not in self._tainted
