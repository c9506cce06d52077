"""The text's tree: scalars as written, lists and mappings, each with its span. Nothing is guessed about a scalar's type."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of one file; lines and columns are 1-based, ends exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Scalar(NamedTuple):
    """`plain` is false for quoted and block scalars."""

    text: str
    span: Span
    plain: bool


class Listing(NamedTuple):
    items: tuple[Node, ...]
    span: Span


class Entry(NamedTuple):
    key: Scalar
    value: Node


class Mapping(NamedTuple):
    """`damaged`: an entry was refused while reading, so nothing can be said of keys that are missing."""

    entries: dict[str, Entry]
    span: Span
    damaged: bool = False


class Broken(NamedTuple):
    """A value that was refused already; reading it again says nothing."""

    span: Span


Node = Scalar | Listing | Mapping | Broken

Path = tuple[str | int, ...]
"""Where a value is: keys and list positions (from 0), from the root."""
