"""YAML text to the tree of `node`, on libyaml's events: no recursion, no aliases, no type guessing, a bounded depth.

The YAML library's own constructors are not used: they guess types (`010`, `NO`, `12:30`), let the last of two equal keys win, and
expand aliases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml

from hyp.plan.node import Broken, Entry, Listing, Mapping, Node, Scalar, Span
from hyp.plan.quote import quote
from hyp.plan.source import Source
from hyp.plan.syntax import GLUED, Complaint, complaint
from hyp.plan.syntax import glued as glued_key

DEPTH_MAX = 16
"""Levels of nesting. The language itself needs 7."""

Fault = Callable[[str, Span, str, str, tuple[tuple[Span, str], ...]], None]
"""Takes code, span, message, fix and related places."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RefusedError(Exception):
    """The text has no tree; the fault is reported. Never leaves this module's caller."""


class _Open:
    """A collection whose end has not come yet."""

    __slots__ = ("damaged", "entries", "items", "key", "mapping", "span")

    def __init__(self, span: Span, *, mapping: bool) -> None:
        self.span = span
        self.mapping = mapping
        self.items: list[Node] = []
        self.entries: dict[str, Entry] = {}
        self.key: Scalar | Broken | None = None
        self.damaged = False


def compose(source: Source, fault: Fault) -> Node:
    """The tree of the one document in `source`. Raises RefusedError when there is none; lesser faults are reported and repaired."""
    if source.text.strip() == "":
        fault("SYN002", Span(1, 1, 1, 1), "the file is empty", "write a plan; `config/hello.yaml` is the smallest", ())
        raise RefusedError
    return _Composer(source, fault).run()


class _Composer:
    def __init__(self, source: Source, fault: Fault) -> None:
        self._source = source
        self._fault = fault
        self._stack: list[_Open] = []
        self._root: Node | None = None
        self._anchors: set[str] = set()

    def run(self) -> Node:
        for event in self._events():
            self._take(event)
        if self._root is None:
            self._fault(
                "SYN002", Span(1, 1, 1, 1), "the file holds nothing but comments", "write a plan; `config/hello.yaml` is the smallest", ()
            )
            raise RefusedError
        return self._root

    def _events(self) -> Iterator[yaml.Event]:
        try:
            loader = _Loader(self._source.text)
            while True:
                event = loader.get_event()
                if event is None or isinstance(event, yaml.StreamEndEvent):
                    return
                yield event
        except yaml.YAMLError as error:
            self._complain(complaint(error, self._source))
            raise RefusedError from error
        except UnicodeEncodeError as error:
            self._fault("SYN003", Span(1, 1, 1, 1), "the text holds half a surrogate pair, which is no character", "save it as UTF-8", ())
            raise RefusedError from error

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            plain = bool(event.implicit[0]) and event.style not in ("'", '"', "|", ">")
            span = _span(event)
            self._decorated(event, span)
            self._put(Scalar(event.value, span, plain))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            span = _span(event)
            self._decorated(event, span)
            if len(self._stack) >= DEPTH_MAX:
                self._fault(
                    "SYN005",
                    span,
                    f"more than {DEPTH_MAX} levels of nesting",
                    "a plan needs 7 levels at most: look for a bracket too many",
                    (),
                )
                raise RefusedError
            self._stack.append(_Open(span, mapping=isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            span = _span(event)
            if event.anchor not in self._anchors:
                self._alias(span, f"the alias `*{quote(event.anchor or '')}`")
            self._put(Broken(span))
        elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
            self._fault("SYN010", _span(event), "a second document starts here", "remove the `---`: a file holds one plan", ())
            raise RefusedError

    def _decorated(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, span: Span) -> None:
        """Refuses an anchor or a tag; the value itself stays. One message for an anchor and all its aliases."""
        if event.anchor is not None:
            self._anchors.add(event.anchor)
            self._alias(span, f"the anchor `&{quote(event.anchor)}`")
        if event.tag is not None:
            message = f"the tag `{quote(event.tag.replace('tag:yaml.org,2002:', '!!'))}` is not part of the language"
            self._fault("SYN007", span, message, "remove it: a key's own type decides how its value is read", ())

    def _alias(self, span: Span, what: str) -> None:
        fix = "write the value where it is used; for what partitions have in common use `defaults:`"
        self._fault("SYN006", span, f"{what} is not part of the language", fix, ())

    def _put(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        top = self._stack[-1]
        if not top.mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = self._key(node)
        else:
            self._entry(top, top.key, node)
            top.key = None

    def _key(self, node: Node) -> Scalar | Broken:
        if isinstance(node, Scalar) and node.text != "":
            return node
        if not isinstance(node, Broken):
            what = "an empty key" if isinstance(node, Scalar) else "a collection as a key"
            self._fault("SYN011", node.span, f"{what} has no meaning here", "write `key: value`, with a word as the key", ())
        return Broken(node.span)

    def _entry(self, top: _Open, key: Scalar | Broken, value: Node) -> None:
        if isinstance(key, Broken):
            top.damaged = True
            return
        if key.plain and key.text == "<<":
            if not isinstance(value, Broken):
                self._alias(key.span, "the merge key `<<`")
            top.damaged = True
            return
        glued = GLUED.match(key.text)
        if key.plain and glued and isinstance(value, Scalar) and value.text == "":
            name, rest = glued.groups()
            self._complain(glued_key(key.span, quote(name), quote(rest)))
            key, value = Scalar(name, key.span, plain=True), Scalar(rest, key.span, plain=True)
        first = top.entries.get(key.text)
        if first is not None:
            related = ((first.key.span, "it is here first"),)
            self._fault("SYN008", key.span, f"the key `{quote(key.text)}` is here twice", "remove one of the two", related)
            return
        top.entries[key.text] = Entry(key, value)

    def _complain(self, what: Complaint) -> None:
        self._fault(what.code, what.span, what.message, what.fix, what.related)

    def _close(self, event: yaml.Event) -> None:
        top = self._stack.pop()
        children: list[Node] = [entry.value for entry in top.entries.values()] if top.mapping else top.items
        end = _span(event)
        # A block collection's end event is empty and lies at the next token: its last child says better where it ends.
        block = (end.line, end.column) == (end.end_line, end.end_column)
        last = children[-1].span if block and children else end
        span = Span(top.span.line, top.span.column, last.end_line, last.end_column)
        self._put(Mapping(top.entries, span, top.damaged) if top.mapping else Listing(tuple(top.items), span))


def _span(event: yaml.Event) -> Span:
    start, end = event.start_mark, event.end_mark
    assert start is not None
    assert end is not None
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
