"""The YAML library's complaints in the words of a plan's writer: what is wrong, where, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from hyp.plan.node import Span
from hyp.plan.quote import quote
from hyp.plan.source import Source

GLUED = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):(\S.*)\Z", re.DOTALL)
"""A key without the space after its colon, read as one word."""
_GLUED_LINE = re.compile(r"\s*(?:- )?([a-z_]+):([^\s:/][^:]*)\Z")
_LONG_KEY = re.compile(r"[^\s,{}\[\]]{1025}\Z")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")
"""What is not printable in YAML 1.1, section 4.1.1."""


@dataclass(frozen=True)
class Complaint:
    code: str
    span: Span
    message: str
    fix: str
    related: tuple[tuple[Span, str], ...] = ()


def complaint(error: yaml.YAMLError, source: Source) -> Complaint:
    """What a syntax error means."""
    if not isinstance(error, yaml.MarkedYAMLError):  # the reader's
        return _forbidden(source)
    problem = error.problem or "it cannot be read"
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if column > len(source.line(line)) + 1 or (line > 1 and source.line(line) == ""):
        line, column = _last_text(source, line)
    context = error.context_mark
    opened = Span(context.line + 1, context.column + 1, context.line + 1, context.column + 2) if context is not None else None
    return _complaint(problem, Span(line, column, line, column + 1), opened, source)


def glued(span: Span, name: str, rest: str) -> Complaint:
    return Complaint("SYN009", span, f"`{name}:{rest}` has no space after its colon", f"write `{name}: {rest}`")


def _complaint(problem: str, span: Span, opened: Span | None, source: Source) -> Complaint:
    text = source.line(span.line)
    before = text[: span.column - 1]
    if "\t" in text[: span.column]:
        return Complaint("SYN012", span, "a tab where YAML wants spaces", "indent with spaces")
    if _LONG_KEY.search(before):
        return Complaint("SYN011", span, "a key has more than 1024 characters", "shorten it")
    if "not allowed in this context" in problem or "could not find expected ':'" in problem:
        return _colon(problem, span, source)
    if "expected key" in problem or "'-' indicator" in problem:
        if before.strip() == "":
            related = ((opened, "what is above starts here"),) if opened else ()
            message = "this line does not fit the indentation of what is above it"
            return Complaint("SYN001", span, message, "indent it like its neighbours", related)
        return Complaint("SYN001", span, "something is left over after the value", "remove it, or put the whole value in quotes")
    for brackets in ("{}", "[]"):
        if f"',' or '{brackets[1]}'" in problem:
            related = ((opened, f"the `{brackets[0]}` is here"),) if opened else ()
            message = f"a comma or a `{brackets[1]}` is missing"
            return Complaint("SYN001", span, message, f"write the comma, or close the `{brackets[0]}`", related)
    if "unexpected end of stream" in problem and opened is not None:
        return Complaint("SYN001", opened, "this quote is never closed", "close it")
    if "cannot start any token" in problem:
        return Complaint("SYN001", span, f"`{text[span.column - 1 : span.column]}` cannot start a value", "put the value in quotes")
    if "escape character" in problem:
        fix = "use single quotes, where a backslash is a backslash"
        return Complaint("SYN001", span, "a backslash that means nothing in double quotes", fix)
    if text.startswith("%"):
        return Complaint("SYN001", span, "a directive that means nothing here", "remove the line with `%`")
    related = ((opened, "it starts here"),) if opened is not None and opened.line != span.line else ()
    return Complaint("SYN001", span, f"this is not YAML: {problem}", "check indentation, quotes and brackets here and just above", related)


def _colon(problem: str, span: Span, source: Source) -> Complaint:
    """A colon too many, or a line before that lacks one."""
    for number in (span.line, span.line - 1):
        line = source.line(number)
        match = _GLUED_LINE.match(line)
        if match:
            return glued(Span(number, match.start(1) + 1, number, match.end() + 1), match[1], quote(match[2]))
    first_on_line = ":" not in source.line(span.line)[: span.column - 1].strip(" -") and span.line > 1
    previous, _ = _last_text(source, span.line - 1)
    above = source.line(previous)
    if first_on_line and above.strip() and ":" not in above and not above.lstrip().startswith(("-", "#", "{", "[")):
        start = len(above) - len(above.lstrip()) + 1
        place = Span(previous, start, previous, len(above.rstrip()) + 1)
        return Complaint("SYN001", place, "this line has no colon", "write `key: value`; a comment starts with `#`")
    fix = "write one `key: value` on a line, or several in `{}`; put a text with `: ` in quotes"
    return Complaint("SYN001", span, "a `key: value` cannot stand here", f"check the indentation; {fix}")


def _forbidden(source: Source) -> Complaint:
    """The first character that YAML forbids."""
    match = _FORBIDDEN.search(source.text)
    before = Source("", source.text[: match.start() if match else 0]).lines
    line, column = len(before), len(before[-1]) + 1
    fix = "save the plan as UTF-8 text without control characters"
    return Complaint("SYN003", Span(line, column, line, column + 1), "a character that a text file does not hold", fix)


def _last_text(source: Source, line: int) -> tuple[int, int]:
    """The end of the last line with text, at or before `line`."""
    for number in range(min(line, len(source.lines)), 0, -1):
        text = source.line(number).rstrip()
        if text:
            return number, len(text) + 1
    return 1, 1
