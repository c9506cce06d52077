"""A mistake of the user's, with its place, reason and fix. Rendering is in `hyp.plan.render`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Place:
    """A stretch of text; lines and columns are 1-based, ends exclusive. `file` is as the user named it."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Related:
    place: Place
    message: str


@dataclass(frozen=True)
class Diagnostic:
    """`code` is stable (`SCH001`); `message` says what, `why` the reason, `fix` the next action."""

    code: str
    severity: Severity
    place: Place
    message: str
    why: str
    fix: str
    related: tuple[Related, ...] = ()
