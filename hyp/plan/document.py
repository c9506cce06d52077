"""From bytes to a tree with its report: the first steps, alike for plans, boards and manifests."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.diagnostics import Related
from hyp.plan.compose import RefusedError, compose
from hyp.plan.merge import merge_defaults
from hyp.plan.node import Listing, Mapping, Node, Scalar, Span
from hyp.plan.report import Found, Report, diagnostic
from hyp.plan.source import SIZE_MAX, Source, decode
from hyp.plan.spans import Spans
from hyp.plan.units import parse_integer

_NOTHING = Listing((), Span(1, 1, 1, 1))


@dataclass(frozen=True)
class Document:
    """`report` is None when the text has no tree; that is reported."""

    source: Source
    report: Report | None


def read_document(name: str, data: bytes | str, found: Found, *, defaults: bool = False) -> Document:
    """Reads a file's content. `defaults`: merge `defaults:` into the tree."""
    text = data.removeprefix("\ufeff") if isinstance(data, str) else (decode(data) if len(data) <= SIZE_MAX else "")
    source = Source(name, text or "")
    bare = Spans(source, _NOTHING)
    start = bare.at(Span(1, 1, 1, 1))
    if len(data) > SIZE_MAX:
        found.add(diagnostic("SYN004", start, f"the file is larger than {SIZE_MAX >> 20} MiB", "name a plan file"))
        return Document(source, None)
    if text is None:
        found.add(diagnostic("SYN003", start, "the file is not UTF-8 text", "name a YAML file; save it as UTF-8"))
        return Document(source, None)

    def fault(code: str, span: Span, message: str, fix: str, related: tuple[tuple[Span, str], ...]) -> None:
        others = [Related(bare.at(other), remark) for other, remark in related]
        found.add(diagnostic(code, bare.at(span), message, fix, others))

    try:
        root: Node = compose(source, fault)
    except RefusedError:
        return Document(source, None)
    return Document(source, Report(found, Spans(source, merge_defaults(root) if defaults else root)))


def version_is(report: Report, key: str, version: int) -> bool:
    """False when the file says another version: then nothing else in it can be judged. A missing one is found later."""
    root = report.spans.root
    entry = root.entries.get(key) if isinstance(root, Mapping) else None
    if entry is None or not isinstance(entry.value, Scalar):
        return True
    value = parse_integer(entry.value.text)
    if value == version or not isinstance(value, int):
        return True
    report.add("VAL014", (key,), f"this is version {value} of the language", f"write `{key}: {version}`, or use a newer hyp")
    return False
