"""Quantities: durations in ns, sizes in bytes, frequencies in Hz, shares in ppm, rates. Exact integers only, no floating point."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """Units of one kind, smallest first, with their value in the base unit; `example` is for fixes."""

    name: str
    units: dict[str, int]
    example: str
    mistaken: dict[str, str]  # what people write -> the unit that they may mean


@dataclass(frozen=True)
class Wrong:
    """Why a text is not a quantity. `code` is a diagnostic's."""

    code: str
    message: str
    fix: str


@dataclass(frozen=True)
class Rate:
    """`count` (of bytes or of events) in `per_ns`."""

    count: int
    per_ns: int


DURATION = Family(
    "duration",
    {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000},
    "10 ms",
    {"µs": "us", "μs": "us", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "msec": "ms", "usec": "us", "nsec": "ns", "m": "min",
     "minute": "min", "minutes": "min"},
)  # fmt: skip
SIZE = Family(
    "size",
    {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30},
    "64 KiB",
    {"KB": "KiB", "kB": "KiB", "K": "KiB", "k": "KiB", "MB": "MiB", "M": "MiB", "GB": "GiB", "G": "GiB", "byte": "B", "bytes": "B"},
)
FREQUENCY = Family(
    "frequency", {"Hz": 1, "kHz": 1_000, "MHz": 1_000_000, "GHz": 1_000_000_000}, "1 GHz", {"KHz": "kHz", "M": "MHz", "G": "GHz"}
)
SHARE = Family("share", {"ppm": 1, "%": 10_000}, "1 %", {"percent": "%", "pct": "%"})

FAMILIES = (DURATION, SIZE, FREQUENCY, SHARE)

LENGTH_MAX = 40
"""Characters. No quantity that fits into 63 bits needs more."""

_QUANTITY = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)(?:\.([0-9]+))?[ ]*([A-Za-zµμ%]*)\Z")
_INTEGER = re.compile(r"(-?)(?:0x([0-9a-fA-F]+)|(0|[1-9][0-9]*))\Z")


def parse_integer(text: str) -> int | Wrong:
    """A decimal or `0x` integer."""
    if len(text) > LENGTH_MAX:
        return Wrong("VAL005", "an integer with this many digits is not possible here", "write a smaller number")
    match = _INTEGER.match(text)
    if match is not None:
        sign, hexadecimal, decimal = match.groups()
        value = int(hexadecimal, 16) if hexadecimal is not None else int(decimal)
        return -value if sign else value
    if re.fullmatch(r"0[0-9]+", text):
        stripped = text.lstrip("0") or "0"
        octal = f", or {int(text, 8):#x} if you meant octal" if re.fullmatch("[0-7]+", text) else ""
        return Wrong("VAL005", f"`{text}` has a leading zero, which some read as octal", f"write {stripped}{octal}")
    return Wrong("VAL005", f"`{text}` is not an integer", "write a decimal integer, or a hexadecimal one with `0x`")


def parse_quantity(text: str, family: Family) -> int | Wrong:
    """The quantity in the family's base unit."""
    malformed = Wrong("VAL012", f"`{text[:LENGTH_MAX]}` is not a {family.name}", f"write a number and a unit, e.g. `{family.example}`")
    if len(text) > LENGTH_MAX:
        return Wrong("VAL012", f"this is too long for a {family.name}", malformed.fix)
    if text.startswith("-"):
        return Wrong("VAL012", f"a {family.name} cannot be negative", malformed.fix)
    match = _QUANTITY.match(text)
    if match is None:
        return malformed
    whole, decimals, unit = match.groups()
    hexadecimal = whole[:2] in ("0x", "0X")
    if hexadecimal and decimals is not None:
        return malformed
    if not hexadecimal and len(whole) > 1 and whole.startswith("0"):
        number = whole.lstrip("0") or "0"
        rest = ("." + decimals if decimals else "") + (" " + unit if unit else "")
        return Wrong("VAL012", f"`{text}` has a leading zero, which some read as octal", f"write `{number}{rest}`")
    written = whole + ("." + decimals if decimals is not None else "")
    if unit == "":
        return Wrong("VAL009", f"`{text}` has no unit", f"write the unit, {_among(list(family.units))}: e.g. `{written} {_usual(family)}`")
    if unit not in family.units:
        return _unknown_unit(written, unit, family)
    base = family.units[unit]
    if decimals is None:
        return int(whole, 16 if hexadecimal else 10) * base
    quotient, over = divmod(int(whole + decimals) * base, int("1" + "0" * len(decimals)))
    if over:
        smallest = next(iter(family.units))
        return Wrong(
            "VAL011", f"`{text}` is not a whole number of {smallest}", f"write `{quotient} {smallest}` or `{quotient + 1} {smallest}`"
        )
    return quotient


def parse_rate(text: str, word: str, family: Family | None) -> Rate | Wrong:
    """`N per T` or `N in T` (`word`); N is a count, or a quantity of `family`."""
    example = f"{'3' if family is None else '200 B'} {word} 1 s"
    parts = text[: 2 * LENGTH_MAX].split(f" {word} ")
    if len(parts) != 2 or len(text) > 2 * LENGTH_MAX:
        return Wrong("VAL012", f"`{text[:LENGTH_MAX]}` is not of the form `N {word} T`", f"write e.g. `{example}`")
    count = parse_integer(parts[0].strip()) if family is None else parse_quantity(parts[0].strip(), family)
    if isinstance(count, Wrong):
        return count
    per = parse_quantity(parts[1].strip(), DURATION)
    if isinstance(per, Wrong):
        return per
    if count < 1 or per < 1:
        return Wrong("VAL006", f"both numbers of `{text}` must be more than 0", f"write e.g. `{example}`")
    return Rate(count, per)


def format_quantity(value: int, family: Family) -> str:
    """The shortest exact text; `parse_quantity` gives `value` back. Durations may have up to three decimals: `998.5 us`."""
    if value == 0:
        return f"0 {_usual(family)}" if family is DURATION else f"0 {next(iter(family.units))}"
    decimal = family is DURATION
    for unit, base in reversed(family.units.items()):
        if value % base == 0:
            return f"{value // base} {unit}"
        if decimal and unit != "min" and value > base and value * 1000 % base == 0:
            return f"{value // base}." + f"{value % base * 1000 // base:03d}".rstrip("0") + f" {unit}"
    raise AssertionError(f"every family has a unit of 1: {family.name}")


def duration(ns: int) -> str:
    """Text of a time in ns; a minus sign for negative ones."""
    return format_quantity(ns, DURATION) if ns >= 0 else "-" + format_quantity(-ns, DURATION)


def size(value: int) -> str:
    """Text of a size in bytes."""
    return format_quantity(value, SIZE)


def _unknown_unit(written: str, unit: str, family: Family) -> Wrong:
    meant = family.mistaken.get(unit) or next((known for known in family.units if known.lower() == unit.lower()), None)
    message = f"`{unit}` is not a unit of a {family.name}"
    if meant is None:
        return Wrong("VAL010", message, f"use {_among(list(family.units))}: e.g. `{family.example}`")
    if unit in ("KB", "kB", "MB", "GB"):
        return Wrong(
            "VAL010",
            f"{message}: it may mean powers of 1000 or of 1024",
            f"write `{written} {meant}` for powers of 1024, or the number in `B`",
        )
    return Wrong("VAL010", message, f"write `{written} {meant}`")


def _among(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words[:-1]) + f" or `{words[-1]}`"


def _usual(family: Family) -> str:
    return family.example.split()[1]
