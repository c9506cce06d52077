"""What a list or mapping may be: records with known keys, lists, and tables from names to values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from hyp.plan.kinds import Kind, Name, subject, wrong_shape
from hyp.plan.node import Broken, Listing, Mapping, Node, Path, Scalar
from hyp.plan.quote import alternatives, nearest, quote
from hyp.plan.report import Report

T = TypeVar("T")


@dataclass(frozen=True)
class Field(Generic[T]):
    """A key of a record. `default` is what its absence means; `doc` is one sentence for the reference page."""

    key: str
    kind: Kind[T]
    doc: str
    default: T | None = None
    required: bool = False
    default_words: str = ""


class Values:
    """What a record held. Fields are the typed keys."""

    def __init__(self, path: Path, values: dict[str, object], failed: frozenset[str]) -> None:
        self.path = path
        self._values = values
        self._failed = failed

    def get(self, field: Field[T]) -> T | None:
        """The value, or the default when it is absent; None when it was refused, or is absent and has no default."""
        if field.key in self._values:
            return cast(T, self._values[field.key])
        return None if field.key in self._failed else field.default

    def written(self, field: Field[Any]) -> bool:
        """Whether the key stands in the text, good or bad."""
        return field.key in self._values or field.key in self._failed

    def text(self, field: Field[Any]) -> str:
        """The value as text, in its base unit."""
        return str(self.get(field))

    def at(self, field: Field[Any]) -> Path:
        return (*self.path, field.key)


@dataclass(frozen=True)
class Record(Kind[Values]):
    """A mapping with known keys. `what` completes "is not ...": "a partition"."""

    what: str
    fields: tuple[Field[Any], ...]
    sample: str = "{}"
    partial: bool = False  # required keys may be missing: `defaults:`

    def read(self, node: Node, path: Path, report: Report) -> Values | None:
        if not isinstance(node, Mapping):
            _refuse(self, node, path, report)
            return None
        known = {field.key: field for field in self.fields}
        values: dict[str, object] = {}
        failed: set[str] = set()
        meant: set[str | None] = set()
        if node.damaged:
            report.taint(path)
        for key, entry in node.entries.items():
            field = known.get(key)
            if field is None:
                if report.found.full:
                    break
                meant.add(self._unknown(key, path, report))
                continue
            value = field.kind.read(entry.value, (*path, key), report)
            if value is None:
                failed.add(key)
            else:
                values[key] = value
        if not node.damaged and not self.partial:
            self._missing(node, meant, path, report)
        return Values(path, values, frozenset(failed))

    def _unknown(self, key: str, path: Path, report: Report) -> str | None:
        """The key that may have been meant: it is then not reported as missing."""
        known = [field.key for field in self.fields]
        meant = nearest(key, known)
        inside = next((field.key for field in self.fields if isinstance(field.kind, Record) and key in _keys(field.kind)), None)
        if inside is not None:
            fix = f"`{key}` is a key of `{inside}`: write it there"
        elif meant is not None:
            fix = f"did you mean `{meant}`?"
        else:
            fix = f"remove it; {self.what} takes {alternatives(known, 40)}"
        report.add("VAL001", (*path, key), f"{self.what} has no key `{quote(key)}`", fix, key=True)
        return meant

    def _missing(self, node: Mapping, meant: set[str | None], path: Path, report: Report) -> None:
        missing = [field for field in self.fields if field.required and field.key not in node.entries and field.key not in meant]
        if missing:
            names = alternatives([field.key for field in missing]).replace(" or ", " and ")
            lines = ", ".join(f"`{field.key}: {field.kind.example()}`" for field in missing)
            report.add("VAL002", path, f"{self.what} needs {names}", f"add {lines}", key=True)

    def words(self) -> str:
        return self.what

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        properties = {field.key: {"description": field.doc, **field.kind.schema()} for field in self.fields}
        result: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [] if self.partial else [field.key for field in self.fields if field.required]
        return {**result, "required": required} if required else result


@dataclass(frozen=True)
class ListOf(Kind[tuple[T, ...]], Generic[T]):
    """A list. `single`: one value may stand alone. `later`: words in its place that are known and not supported yet."""

    item: Kind[T]
    what: str
    single: bool = False
    empty: bool = True
    later: tuple[str, ...] = ()

    def read(self, node: Node, path: Path, report: Report) -> tuple[T, ...] | None:
        if isinstance(node, Scalar) and node.text in self.later:
            report.add("FUT001", path, f"`{path[-1]}: {node.text}` is not supported yet", f"write {self.what}")
            return None
        if isinstance(node, Scalar) and self.single:
            alone = self.item.read(node, path, report)
            return None if alone is None else (alone,)
        if not isinstance(node, Listing):
            _refuse(self, node, path, report)
            return None
        if not node.items and not self.empty:
            report.add("VAL016", path, f"{subject(path)} is empty", f"write at least one entry, e.g. `{self.item.example()}`")
            return None
        items = [self.item.read(item, (*path, index), report) for index, item in enumerate(node.items)]
        return tuple(item for item in items if item is not None)

    def words(self) -> str:
        return self.what

    def example(self) -> str:
        return f"[{self.item.example()}]"

    def schema(self) -> dict[str, Any]:
        array = {"type": "array", "items": self.item.schema(), **({} if self.empty else {"minItems": 1})}
        return {"anyOf": [self.item.schema(), array]} if self.single else array


@dataclass(frozen=True)
class TableOf(Kind[dict[str, T]], Generic[T]):
    """A mapping from names, in the order of the text. `name` None: the keys name what is declared elsewhere, so a check looks them up."""

    item: Kind[T]
    what: str
    name: Name | None
    empty: bool = True
    sample_name: str = "control"

    def read(self, node: Node, path: Path, report: Report) -> dict[str, T] | None:
        if not isinstance(node, Mapping):
            _refuse(self, node, path, report)
            return None
        if node.damaged:
            report.taint(path)
        if not node.entries and not self.empty and not node.damaged:
            report.add("VAL016", path, f"{subject(path)} is empty", f"write at least one entry, e.g. `{self.example()}`")
            return None
        result: dict[str, T] = {}
        for key, entry in node.entries.items():
            inner = (*path, key)
            if report.found.full:
                break
            named = self.name is None or self.name.check(key, inner, report, key=True)
            value = self.item.read(entry.value, inner, report)
            if named and value is not None:
                result[key] = value
        return result

    def words(self) -> str:
        return self.what

    def example(self) -> str:
        return f"{{{self.sample_name}: {self.item.example()}}}"

    def schema(self) -> dict[str, Any]:
        result: dict[str, Any] = {"type": "object", "additionalProperties": self.item.schema()}
        if self.name is not None:
            result["propertyNames"] = self.name.schema()
        return result if self.empty else {**result, "minProperties": 1}


def _keys(record: Record) -> list[str]:
    return [field.key for field in record.fields]


def _refuse(kind: Kind[Any], node: Node, path: Path, report: Report) -> None:
    """Reports a node of the wrong shape."""
    if isinstance(node, Broken):
        report.taint(path)
    elif isinstance(node, Scalar) and node.plain and node.text == "":
        report.add(
            "VAL004", path, f"{subject(path)} has no value", f"write {kind.words()}, e.g. `{kind.example()}`, or remove the key", key=True
        )
    else:
        wrong_shape(kind, node, path, report)
