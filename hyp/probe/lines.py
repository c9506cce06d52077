"""The probe's lines: `hyp-probe NAME NUMBER/COUNT SUBJECT KEY=VALUE ... *CRC`. Each stands for itself; what is damaged is left out.

NAME is that of the whole report, made from its contents: lines of another one are never mixed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote
from zlib import crc32

_LINE = re.compile(rb"(hyp-probe ([0-9a-f]{8}) ([0-9]{4})/([0-9]{4}) ([ -~]*)) \*([0-9a-f]{8})")
_LONGEST = 4096
"""Bytes without an end of line that are kept: more than the probe's longest line."""


@dataclass(frozen=True)
class Entry:
    """A line's subject and its values, all still text."""

    subject: str
    values: dict[str, str]

    def number(self, key: str) -> int:
        """A decimal or hexadecimal value; 0 when it is missing or is none."""
        try:
            return int(self.values.get(key, "0"), 0)
        except ValueError:
            return 0

    def text(self, key: str) -> str:
        return " ".join(unquote(self.values.get(key, ""), "latin-1").replace("\0", " ").split())


@dataclass
class Collector:
    """Feed it bytes as they come, in any pieces; `missing` shrinks until the report is whole."""

    name: str = ""
    count: int = 0
    good: dict[int, bytes] = field(default_factory=dict)
    received: int = 0
    damaged: int = 0
    _rest: bytes = b""

    def feed(self, data: bytes) -> None:
        self.received += len(data)
        *lines, rest = re.split(rb"[\r\n]+", self._rest + data)
        self._rest = rest[-_LONGEST:]
        for line in lines:
            self._take(line)

    @property
    def missing(self) -> list[int]:
        return [number for number in range(1, self.count + 1) if number not in self.good]

    @property
    def is_whole(self) -> bool:
        return self.count > 0 and not self.missing

    def entries(self) -> tuple[Entry, ...]:
        """All good lines, in the probe's order."""
        return tuple(_entry(self.good[number].decode("ascii")) for number in sorted(self.good))

    def _take(self, line: bytes) -> None:
        if not line:
            return
        found = _LINE.search(line)
        if found is None or crc32(found[1]) != int(found[6], 16):
            self.damaged += b"hyp-probe" in line
            return
        name, number, count = found[2].decode(), int(found[3]), int(found[4])
        if not 1 <= number <= count:
            return
        if (name, count) != (self.name, self.count):  # another start of the probe: what came before is of no use
            self.name, self.count, self.good = name, count, {}
        self.good[number] = found[5]


def _entry(text: str) -> Entry:
    subject, *words = text.split(" ")
    return Entry(subject, dict(word.split("=", 1) for word in words if "=" in word))
