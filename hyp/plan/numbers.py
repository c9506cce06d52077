"""Kinds of numbers: integers, quantities with units, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyp.plan.kinds import Kind, subject
from hyp.plan.node import Node, Path, Scalar
from hyp.plan.quote import quote
from hyp.plan.report import Report
from hyp.plan.units import DURATION, SIZE, Family, Rate, Wrong, format_quantity, parse_integer, parse_quantity, parse_rate

LARGEST = (1 << 63) - 1


@dataclass(frozen=True)
class Integer(Kind[int]):
    minimum: int = 0
    maximum: int = LARGEST
    sample: str = "1"

    def read(self, node: Node, path: Path, report: Report) -> int | None:
        text = self.scalar(node, path, report)
        if text is None:
            return None
        value = parse_integer(text)
        if isinstance(value, Wrong):
            report.add(value.code, path, value.message, value.fix)
            return None
        if not self.minimum <= value <= self.maximum:
            message = f"{subject(path)} is {quote(text)}; it must be {self._range()}"
            report.add(
                "VAL006", path, message, "write " + (f"at least {self.minimum}" if value < self.minimum else f"at most {self.maximum}")
            )
            return None
        return value

    def _range(self) -> str:
        return f"at least {self.minimum}" if self.maximum == LARGEST else f"from {self.minimum} to {self.maximum}"

    def words(self) -> str:
        return f"an integer {self._range()}"

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "integer", "minimum": self.minimum, "maximum": self.maximum},
                {"type": "string", "pattern": "^0x[0-9a-fA-F]+$"},
            ],
        }


@dataclass(frozen=True)
class Quantity(Kind[int]):
    """A number with a unit. Bounds are in the family's base unit."""

    family: Family
    minimum: int = 0
    maximum: int = LARGEST
    sample: str = ""

    def read(self, node: Node, path: Path, report: Report) -> int | None:
        text = self.scalar(node, path, report)
        if text is None:
            return None
        value = parse_quantity(text, self.family)
        if isinstance(value, Wrong):
            report.add(value.code, path, value.message, value.fix)
            return None
        if not self.minimum <= value <= self.maximum:
            bound, word = (self.minimum, "at least") if value < self.minimum else (self.maximum, "at most")
            limit = format_quantity(bound, self.family)
            report.add("VAL006", path, f"{subject(path)} is {quote(text)}; it must be {word} {limit}", f"write {word} `{limit}`")
            return None
        return value

    def words(self) -> str:
        return f"a {self.family.name} such as `{self.example()}`"

    def example(self) -> str:
        return self.sample or self.family.example

    def schema(self) -> dict[str, Any]:
        units = "|".join(self.family.units)
        return {"type": "string", "pattern": rf"^(0x[0-9a-fA-F]+|(0|[1-9][0-9]*)(\.[0-9]+)?) *({units})$"}


@dataclass(frozen=True)
class Address(Kind[int]):
    """A `0x` integer, or a size from 0 with its unit."""

    maximum: int
    sample: str

    def read(self, node: Node, path: Path, report: Report) -> int | None:
        if isinstance(node, Scalar) and node.text.startswith("0x") and " " not in node.text and not node.text.endswith("B"):
            return Integer(0, self.maximum, self.sample).read(node, path, report)
        return Quantity(SIZE, 0, self.maximum, self.sample).read(node, path, report)

    def words(self) -> str:
        return f"an address such as `{self.sample}`"

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer", "minimum": 0, "maximum": self.maximum}, Quantity(SIZE).schema()]}


@dataclass(frozen=True)
class AutoOr(Kind[int]):
    """`auto` (read as -1), or a quantity."""

    quantity: Quantity

    def read(self, node: Node, path: Path, report: Report) -> int | None:
        if isinstance(node, Scalar) and node.text == "auto":
            return -1
        return self.quantity.read(node, path, report)

    def words(self) -> str:
        return f"`auto` or {self.quantity.words()}"

    def example(self) -> str:
        return "auto"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"const": "auto"}, self.quantity.schema()]}


@dataclass(frozen=True)
class RateOf(Kind[Rate]):
    """`N per T` or `N in T` (`word`), with N up to `maximum`."""

    word: str
    maximum: int = LARGEST
    sample: str = ""
    family: Family | None = None  # of N; None: a count

    def read(self, node: Node, path: Path, report: Report) -> Rate | None:
        text = self.scalar(node, path, report)
        if text is None:
            return None
        rate = parse_rate(text, self.word, self.family)
        if isinstance(rate, Wrong):
            report.add(rate.code, path, rate.message, rate.fix)
            return None
        if rate.count > self.maximum:
            report.add(
                "VAL006",
                path,
                f"{subject(path)} is {quote(text)}; its number must be at most {self.maximum}",
                f"write e.g. `{self.example()}`",
            )
            return None
        if rate.per_ns > LARGEST:
            limit = f"at most {format_quantity(LARGEST, DURATION)}"
            report.add("VAL006", path, f"{subject(path)} is {quote(text)}; its time must be {limit}", f"write e.g. `{self.example()}`")
            return None
        return rate

    def words(self) -> str:
        return f"`N {self.word} T`, e.g. `{self.example()}`"

    def example(self) -> str:
        return self.sample

    def schema(self) -> dict[str, Any]:
        unit = "" if self.family is None else f" ?({'|'.join(self.family.units)})"
        return {"type": "string", "pattern": rf"^[0-9][0-9a-fx]*{unit} {self.word} [0-9].*$"}
