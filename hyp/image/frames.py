"""Physical memory to give away: first fit over what the board offers, so that the same requests get the same addresses."""

from __future__ import annotations

from collections.abc import Iterable

from hyp.abi.numbers import PAGE
from hyp.plan.model import Range

REACH = 1 << 32
"""The boot map and GRUB reach the first 4 GiB."""


def usable(ram: Iterable[Range], reserved: Iterable[Range]) -> list[Range]:
    """Whole pages of `ram` below 4 GiB that are not in `reserved`, ascending, neighbours joined."""
    spans = sorted((-(-r.start // PAGE) * PAGE, min(r.end, REACH) // PAGE * PAGE) for r in ram)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    for hole in reserved:
        low, high = hole.start // PAGE * PAGE, -(-hole.end // PAGE) * PAGE
        joined = [piece for start, end in joined for piece in ((start, min(end, low)), (max(start, high), end)) if piece[0] < piece[1]]
    return [Range(start, end - start) for start, end in joined]


class Frames:
    """The ranges that are still free. Mutable: `take` and `claim` shrink them."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        self.ranges = list(ranges)

    @property
    def free(self) -> int:
        return sum(r.size for r in self.ranges)

    @property
    def largest(self) -> Range:
        return max(self.ranges, key=lambda r: r.size, default=Range(0, 0))

    def claim(self, start: int, size: int) -> bool:
        """Takes exactly [start, start + size); False if it is not wholly free."""
        for n, free in enumerate(self.ranges):
            if free.start <= start and start + size <= free.end:
                pieces = (Range(free.start, start - free.start), Range(start + size, free.end - start - size))
                self.ranges[n : n + 1] = [p for p in pieces if p.size]
                return True
        return False

    def take(self, size: int, modulus: int = PAGE, residue: int = 0) -> int | None:
        """The lowest free `size` bytes whose start is `residue` modulo `modulus`; None if there are none."""
        for free in self.ranges:
            start = free.start + (residue - free.start) % modulus
            if start + size <= free.end:
                self.claim(start, size)
                return start
        return None
