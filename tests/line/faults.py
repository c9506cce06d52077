"""What a bad line does to bytes: drop, double, flip a bit, hold back. Decided byte by byte from a seed, whatever pieces they come in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Rates:
    """Chances per byte, 0 to 1. `delay` holds a byte and all after it back for up to `delay_s`; `cut_after`: the line breaks there, once
    for each number of bytes in it, counted from the beginning; `immune`: so many first bytes pass untouched."""

    drop: float = 0.0
    double: float = 0.0
    flip: float = 0.0
    delay: float = 0.0
    delay_s: float = 0.05
    cut_after: tuple[int, ...] = ()
    immune: int = 0


CLEAN = Rates()
BAD = Rates(drop=0.0005, double=0.0005, flip=0.001, delay=0.0002, delay_s=0.02)
"""A line on which no kilobyte passes unharmed two times running, and most need several tries."""


@dataclass
class Faults:
    """One direction of a line. `done` counts what was done, by name; `passed` the bytes that came in."""

    rates: Rates
    seed: int
    done: Counter[str] = field(default_factory=Counter)
    passed: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._cuts = sorted(self.rates.cut_after)

    def pieces(self, data: bytes) -> list[tuple[float, bytes, bool]]:
        """What comes out for `data`: (seconds to wait first, bytes, whether the line breaks after them)."""
        out: list[tuple[float, bytes, bool]] = []
        wait, piece = 0.0, bytearray()
        for byte in data:
            self.passed += 1
            if self.passed > self.rates.immune:
                held = self._hold()
                if held:
                    out.append((wait, bytes(piece), False))
                    wait, piece = held, bytearray()
                piece += self._byte(byte)
            else:
                piece.append(byte)
            if self._cuts and self.passed >= self._cuts[0]:
                self._cuts.pop(0)
                self.done["cut"] += 1
                out.append((wait, bytes(piece), True))
                wait, piece = 0.0, bytearray()
        out.append((wait, bytes(piece), False))
        return [one for one in out if one[1] or one[2]]

    def _hold(self) -> float:
        if not self.rates.delay or self._random.random() >= self.rates.delay:
            return 0.0
        self.done["delay"] += 1
        return self._random.random() * self.rates.delay_s

    def _byte(self, byte: int) -> bytes:
        chance = self._random.random()
        for name, rate in (("drop", self.rates.drop), ("double", self.rates.double), ("flip", self.rates.flip)):
            if chance < rate:
                self.done[name] += 1
                flipped = byte ^ 1 << self._random.randrange(8)
                return {"drop": b"", "double": bytes([byte, byte]), "flip": bytes([flipped])}[name]
            chance -= rate
        return bytes([byte])
