"""What a scalar may be: one small class per kind; numbers are in `numbers`.

A kind reads a node, and describes itself in words and in JSON Schema.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from hyp.plan.node import Broken, Listing, Mapping, Node, Path, Scalar
from hyp.plan.quote import alternatives, nearest, quote
from hyp.plan.report import Report

T = TypeVar("T")
NAME = re.compile(r"[a-z][a-z0-9_-]*\Z")
NAME_MAX = 30
RESERVED = ("hyp",)


@dataclass(frozen=True)
class Kind(ABC, Generic[T]):
    """`read` returns None when the value was refused; the report then has the reason, and the path is tainted."""

    @abstractmethod
    def read(self, node: Node, path: Path, report: Report) -> T | None: ...

    @abstractmethod
    def words(self) -> str:
        """For messages and the reference page: "a duration such as `10 ms`"."""

    @abstractmethod
    def example(self) -> str:
        """What a fix writes after `key: `."""

    @abstractmethod
    def schema(self) -> dict[str, Any]: ...

    def scalar(self, node: Node, path: Path, report: Report) -> str | None:
        """The text of a scalar that is not empty."""
        if isinstance(node, Scalar) and not (node.plain and node.text == ""):
            return node.text
        if isinstance(node, Broken):
            report.taint(path)
        elif isinstance(node, Scalar):
            report.add(
                "VAL004",
                path,
                f"{subject(path)} has no value",
                f"write {self.words()}, e.g. `{self.example()}`, or remove the key",
                key=True,
            )
        else:
            wrong_shape(self, node, path, report)
        return None


def subject(path: Path) -> str:
    """How a message names the value at `path`: by its key."""
    names = [step for step in path if isinstance(step, str)]
    if not names:
        return "the file"
    return f"an entry of `{quote(names[-1])}`" if isinstance(path[-1], int) else f"`{quote(names[-1])}`"


def shape(node: Node) -> str:
    if isinstance(node, Listing):
        return "a list"
    return "a mapping (`key: value`)" if isinstance(node, Mapping) else "a single value"


def wrong_shape(kind: Kind[Any], node: Node, path: Path, report: Report) -> None:
    report.add("VAL003", path, f"{subject(path)} is {shape(node)}, not {kind.words()}", f"write e.g. `{kind.example()}`")


@dataclass(frozen=True)
class Text(Kind[str]):
    """Printable text; `maximum` counts UTF-8 bytes."""

    what: str = "a text"
    sample: str = "text"
    maximum: int = 4096
    code: str = "VAL013"
    empty: bool = False

    def read(self, node: Node, path: Path, report: Report) -> str | None:
        if self.empty and isinstance(node, Scalar) and not node.plain and node.text == "":
            return ""
        text = self.scalar(node, path, report)
        if text is None:
            return None
        if not self.empty and text == "":
            report.add("VAL004", path, f"{subject(path)} is an empty text", f"write {self.what}, e.g. `{self.sample}`")
            return None
        length = len(text.encode("utf-8", "replace"))
        if length > self.maximum:
            report.add(self.code, path, f"{subject(path)} is {length} bytes long; at most {self.maximum} are possible", "shorten it")
            return None
        odd = next((char for char in text if not char.isprintable()), None)
        if odd is not None:
            message = f"{subject(path)} holds the character `\\x{ord(odd):02x}`, which is not printable"
            report.add("VAL015", path, message, "use printable characters, on one line")
            return None
        return text

    def words(self) -> str:
        return self.what

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True)
class Name(Kind[str]):
    """The name of something that this key declares."""

    sample: str = "control"
    also_reserved: tuple[str, ...] = ()

    def read(self, node: Node, path: Path, report: Report) -> str | None:
        text = self.scalar(node, path, report)
        return text if text is not None and self.check(text, path, report) else None

    def check(self, text: str, path: Path, report: Report, *, key: bool = False) -> bool:
        """Whether `text` is a legal name; also used for names that are keys."""
        if len(text) > NAME_MAX:
            report.add(
                "NAM002",
                path,
                f"the name `{quote(text)}` has {len(text)} characters; at most {NAME_MAX} are possible",
                "shorten it",
                key=key,
            )
            return False
        if not NAME.match(text):
            report.add("NAM001", path, f"`{quote(text)}` is not a name", f"write e.g. `{_repaired(text) or self.sample}`", key=key)
            return False
        if text in RESERVED or text in self.also_reserved:
            report.add("NAM003", path, f"the name `{text}` is reserved", f"choose another one, e.g. `my-{text[:26]}`", key=key)
            return False
        return True

    def words(self) -> str:
        return "a name"

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        reserved = [*RESERVED, *self.also_reserved]
        return {
            "type": "string",
            "pattern": NAME.pattern.replace(r"\Z", "$").join(("^", "")),
            "maxLength": NAME_MAX,
            "not": {"enum": reserved},
        }


@dataclass(frozen=True)
class Boolean(Kind[bool]):
    sample: str = "true"

    def read(self, node: Node, path: Path, report: Report) -> bool | None:
        text = self.scalar(node, path, report)
        if text is None:
            return None
        if text in ("true", "false"):
            return text == "true"
        meant = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}.get(text.lower(), text.lower())
        fix = f"write `{meant}`" if meant in ("true", "false") else "write `true` or `false`"
        report.add("VAL007", path, f"{subject(path)} is `{quote(text)}`, not `true` or `false`", fix)
        return None

    def words(self) -> str:
        return "`true` or `false`"

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(Kind[str]):
    """One of a few words."""

    options: tuple[str, ...]
    what: str = ""

    def read(self, node: Node, path: Path, report: Report) -> str | None:
        text = self.scalar(node, path, report)
        if text is None:
            return None
        if text not in self.options:
            meant = nearest(text, self.options)
            fix = f"did you mean `{meant}`?" if meant else f"write {alternatives(self.options)}"
            report.add("VAL008", path, f"`{quote(text)}` is not one of {alternatives(self.options)}", fix)
            return None
        return text

    def words(self) -> str:
        return self.what or alternatives(self.options)

    def example(self) -> str:
        return self.options[0]

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.options)}


def _repaired(text: str) -> str | None:
    """A legal name that looks like `text`."""
    name = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_0123456789")
    return name if NAME.match(name) and name not in RESERVED else None
