"""What of its address space a fuzzing partition may read and write, among the addresses that it tries."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.numbers import USER_END


@dataclass(frozen=True)
class Range:
    start: int
    end: int
    writable: bool


@dataclass(frozen=True)
class Reach:
    ranges: tuple[Range, ...]

    def readable(self, at: int, size: int) -> int:
        """Bytes from `at` on that may be read, at most `size`."""
        return self._reach(at, size, writing=False)

    def writable(self, at: int, size: int) -> int:
        return self._reach(at, size, writing=True)

    def _reach(self, at: int, size: int, *, writing: bool) -> int:
        end = at
        while True:
            following = next((one.end for one in self.ranges if one.start <= end < one.end and (one.writable or not writing)), end)
            if following == end or end >= at + size:
                return min(end - at, size)
            end = following


def lawful(at: int, size: int) -> bool:
    """Whether the kernel tries at all: it lies in the half that partitions have."""
    return size <= USER_END and at <= USER_END - size
