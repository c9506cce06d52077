"""An image read back from its bytes alone: physical memory after loading, and what the CPU would make of the page tables.

Shares no code with the compiler, so that it can judge it. Source: SDM 3A 4.5 and 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

PAGE = 4096
LARGE = 1 << 21
_ADDRESS = 0x000F_FFFF_FFFF_F000


class Memory:
    """Physical memory as the loader leaves it."""

    def __init__(self, image: bytes) -> None:
        (self.entry,) = struct.unpack_from("<Q", image, 24)
        (table,) = struct.unpack_from("<Q", image, 32)
        (count,) = struct.unpack_from("<H", image, 56)
        headers = [struct.unpack_from("<IIQQQQQQ", image, table + 56 * n) for n in range(count)]
        self.headers = headers
        self.loads = [(at, image[offset : offset + size], total) for kind, _, offset, _, at, size, total, _ in headers if kind == 1]
        self.notes = [image[offset : offset + size] for kind, _, offset, _, _, size, _, _ in headers if kind == 4]

    def read(self, physical: int, size: int) -> bytes:
        """Bytes inside one loaded segment; LookupError outside of all."""
        for at, data, total in self.loads:
            if at <= physical and physical + size <= at + total:
                return data[physical - at : physical - at + size].ljust(size, b"\0")
        raise LookupError(f"[{physical:#x}, {physical + size:#x}) is in no loaded segment")

    def __contains__(self, physical: int) -> bool:
        return any(at <= physical < at + total for at, _, total in self.loads)


@dataclass(frozen=True)
class Leaf:
    """One mapped page: rights are what all levels together give; `size` is 4 KiB or 2 MiB."""

    virtual: int
    physical: int
    size: int
    entry: int
    user: bool
    write: bool
    execute: bool

    @property
    def frames(self) -> range:
        return range(self.physical, self.physical + self.size, PAGE)

    @property
    def shared(self) -> bool:
        """Global."""
        return bool(self.entry & 0x100)


class Space:
    """What a PML4 maps."""

    def __init__(self, memory: Memory, root: int) -> None:
        self._memory = memory
        self.tables: set[int] = set()
        self.leaves = list(self._walk(root, 3, 0, user=True, write=True, execute=True))

    @cached_property
    def _by_start(self) -> dict[int, Leaf]:
        return {leaf.virtual: leaf for leaf in self.leaves}

    @property
    def page_count(self) -> int:
        """Mapped memory in pages of 4 KiB."""
        return sum(leaf.size for leaf in self.leaves) // PAGE

    def __contains__(self, virtual: int) -> bool:
        try:
            self.leaf(virtual)
        except KeyError:
            return False
        return True

    def leaf(self, virtual: int) -> Leaf:
        """The page that holds an address; KeyError when nothing is mapped there."""
        small = self._by_start.get(virtual // PAGE * PAGE)
        if small is not None:
            return small
        large = self._by_start[virtual // LARGE * LARGE]
        if virtual >= large.virtual + large.size:
            raise KeyError(virtual)
        return large

    def physical(self, virtual: int) -> int:
        """The physical address behind a virtual one; KeyError when nothing is mapped there."""
        leaf = self.leaf(virtual)
        return leaf.physical + virtual - leaf.virtual

    def read(self, virtual: int, size: int) -> bytes:
        """Bytes by virtual address, page by page."""
        parts = []
        while size:
            step = min(size, PAGE - virtual % PAGE)
            parts.append(self._memory.read(self.physical(virtual), step))
            virtual, size = virtual + step, size - step
        return b"".join(parts)

    def _walk(self, table: int, level: int, base: int, *, user: bool, write: bool, execute: bool) -> Iterator[Leaf]:
        self.tables.add(table)
        for slot, entry in enumerate(struct.unpack("<512Q", self._memory.read(table, PAGE))):
            if not entry & 1:
                assert entry == 0, f"entry {entry:#x} is not present and not zero"
                continue
            assert entry & 0x20, f"entry {entry:#x} is not marked as accessed"
            virtual = base + (slot << (12 + 9 * level))
            if level == 3 and slot >= 256:
                virtual |= 0xFFFF << 48
            rights = {"user": user and bool(entry & 4), "write": write and bool(entry & 2), "execute": execute and not entry >> 63}
            if level == 0 or (entry & 0x80 and level == 1):
                size = PAGE << (9 * level)
                physical = entry & _ADDRESS & ~(size - 1)
                yield Leaf(virtual, physical, size, entry, **rights)
            else:
                assert not entry & 0x80, f"entry {entry:#x} at level {level} has a reserved bit"
                yield from self._walk(entry & _ADDRESS, level - 1, virtual, **rights)
