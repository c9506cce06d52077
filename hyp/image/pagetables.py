"""Page tables: 4-level paging (SDM 3A 4.5), built in bulk. Addresses of tables stay relative until the region has a place."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from hyp.abi.numbers import LARGE_PAGE, PAGE

PRESENT, WRITE, USER, WRITE_THROUGH, CACHE_DISABLE = 1, 2, 4, 8, 16
ACCESSED, DIRTY, LARGE, GLOBAL = 32, 64, 128, 256
NO_EXECUTE = 1 << 63
PAT_SMALL, PAT_LARGE = 1 << 7, 1 << 12
"""Where the PAT bit lies in an entry for 4 KiB and for 2 MiB (SDM 3A, tables 4-20 and 4-18)."""
CACHES = {"wb": 0, "wt": WRITE_THROUGH, "uc": CACHE_DISABLE | WRITE_THROUGH, "wc": PAT_SMALL}
"""By PAT entry: 0, 1 and 3 as after reset; the kernel programs entry 4 as write-combining."""

ENTRIES = 512
_EMPTY = bytes(PAGE)


def rights(access: str, cache: str = "wb", user: bool = False, shared: bool = False) -> int:
    """Bits of a 4 KiB leaf: `access` is r, rw or rx; `shared` pages are the same in every address space, so global.

    Accessed and dirty are set beforehand: the CPU then never writes to a page table.
    """
    bits = PRESENT | ACCESSED | CACHES[cache]
    bits |= {"r": NO_EXECUTE, "rw": NO_EXECUTE | WRITE | DIRTY, "rx": 0}[access]
    return bits | (USER if user else 0) | (GLOBAL if shared else 0)


@dataclass(frozen=True)
class Mapping:
    """[virtual, virtual + size) to frames from `physical` on; `bits` as `rights` gives them."""

    virtual: int
    physical: int
    size: int
    bits: int


class Tables:
    """Tables under construction, numbered in order of creation; a table's address is its number times PAGE until `bytes_at`."""

    def __init__(self) -> None:
        self.words = array("Q")
        self._children: dict[int, int] = {}

    @property
    def size(self) -> int:
        return len(self.words) * 8

    def new(self) -> int:
        """A table without entries."""
        number = len(self.words) // ENTRIES
        self.words.frombytes(_EMPTY)
        return number

    def link(self, table: int, slot: int, child: int, user: bool = False) -> None:
        """Lets entry `slot` point to `child`. Rights are decided at the leaf; only USER must be on the whole way."""
        at = table * ENTRIES + slot
        self.words[at] = child * PAGE | PRESENT | WRITE | ACCESSED | (USER if user else 0)
        self._children[at] = child

    def child(self, table: int, slot: int, user: bool = False) -> int:
        """The table that entry `slot` points to; made when there is none."""
        found = self._children.get(table * ENTRIES + slot)
        if found is None:
            found = self.new()
            self.link(table, slot, found, user)
        return found

    def children(self, table: int, end: int) -> list[tuple[int, int]]:
        """(slot, child) of the table's entries below slot `end`."""
        found = ((slot, self._children.get(table * ENTRIES + slot)) for slot in range(end))
        return [(slot, child) for slot, child in found if child is not None]

    def map(self, root: int, mapping: Mapping) -> None:
        """Enters a mapping, with 2 MiB pages where both addresses and the size allow them."""
        virtual, physical, end = mapping.virtual, mapping.physical, mapping.virtual + mapping.size
        user = bool(mapping.bits & USER)
        while virtual < end:
            directory = self.child(self.child(root, virtual >> 39 & 511, user), virtual >> 30 & 511, user)
            slot = virtual >> 21 & 511
            if (virtual | physical) % LARGE_PAGE == 0 and end - virtual >= LARGE_PAGE:
                count, step = min((end - virtual) // LARGE_PAGE, ENTRIES - slot), LARGE_PAGE
                self._fill(directory, slot, count, step, physical | _large(mapping.bits))
            else:
                slot_small = virtual >> 12 & 511
                count, step = min((end - virtual) // PAGE, ENTRIES - slot_small), PAGE
                self._fill(self.child(directory, slot, user), slot_small, count, step, physical | mapping.bits)
            virtual += count * step
            physical += count * step

    def bytes_at(self, base: int) -> bytes:
        """The tables as they are when the first one lies at physical `base`."""
        words = self.words[:]
        for at in self._children:
            words[at] += base
        return words.tobytes()

    def _fill(self, table: int, slot: int, count: int, step: int, first: int) -> None:
        at = table * ENTRIES + slot
        self.words[at : at + count] = array("Q", range(first, first + count * step, step))


def _large(bits: int) -> int:
    return bits & ~PAT_SMALL | LARGE | (PAT_LARGE if bits & PAT_SMALL else 0)
