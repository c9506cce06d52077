"""From a value's path to its place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.diagnostics import Place
from hyp.plan.node import Listing, Mapping, Node, Path, Span
from hyp.plan.source import Source


@dataclass(frozen=True)
class Spans:
    """The places of one file's values. `root` is the tree after `defaults:` was merged, so an inherited value's place is in `defaults:`."""

    source: Source
    root: Node

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Place of the value at `path`, or of its key. A value that is not written has its nearest written parent's place."""
        node: Node = self.root
        named: Span | None = None
        for step in path:
            if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
                entry = node.entries[step]
                node, named = entry.value, entry.key.span
            elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
                node, named = node.items[step], None
            else:
                key = True
                break
        if named is not None and (key or node.span.end_line != node.span.line or _empty(node.span)):
            return self.at(named)
        return self.at(node.span)

    def is_written(self, path: Path) -> bool:
        """Whether the text has a value at `path`."""
        return self._node(path) is not None

    def is_list(self, path: Path) -> bool:
        """Whether a list is written at `path`."""
        return isinstance(self._node(path), Listing)

    def count(self, path: Path) -> int:
        """Entries that are written at `path`; 0 when there is no collection."""
        node = self._node(path)
        if isinstance(node, Mapping):
            return len(node.entries)
        return len(node.items) if isinstance(node, Listing) else 0

    def _node(self, path: Path) -> Node | None:
        node: Node = self.root
        for step in path:
            if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
                node = node.entries[step].value
            elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node

    def at(self, span: Span) -> Place:
        """A span as a place; one that goes over several lines is cut to its first."""
        if span.end_line == span.line:
            return Place(self.source.name, *span)
        end = max(len(self.source.line(span.line).rstrip()) + 1, span.column + 1)
        return Place(self.source.name, span.line, span.column, span.line, end)


def _empty(span: Span) -> bool:
    return span.line == span.end_line and span.column == span.end_column
