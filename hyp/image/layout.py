"""Every physical address, decided: kernel, its tables and states, then the partitions one after the other."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hyp.abi.numbers import LARGE_PAGE, PAGE
from hyp.abi.tables import LAPIC_BASE, RING_BASE, SLOT_PRISTINE
from hyp.image.addresses import Addresses, aligned
from hyp.image.devices import BITMAP_PAGES
from hyp.image.elf import Fault
from hyp.image.frames import Frames
from hyp.image.kernel import Kernel
from hyp.image.pages import CORE_BYTES
from hyp.image.shape import Shape
from hyp.image.space import ABI_AREAS, Area, Space, rounded
from hyp.plan.model import Range, Shared

_SAVE_AND_FPU = 2 * PAGE
_RINGS_MAX = LAPIC_BASE - RING_BASE
"""Bytes of addresses for rings and channels, up to what the kernel maps next."""


@dataclass(frozen=True)
class Restore:
    """What a cold restart does to one range, after all of their sources were checked. Sizes are multiples of 8.

    `source` is in the slot's pristine copies, or the range itself when it is constant: then `target` is 0, and it is only checked.
    `data` are the bytes at `source`; what is missing at their end is zero.
    """

    target: int
    source: int
    copy: int
    zero: int
    data: bytes

    @property
    def sum(self) -> int:
        """Of little-endian 64-bit words, modulo 2^64, as the kernel adds them."""
        words = array("Q", self.data.ljust(self.copy, b"\0"))
        if sys.byteorder == "big":
            words.byteswap()
        return sum(words) % (1 << 64)


@dataclass(frozen=True)
class PlacedArea:
    """An area of a partition and its frames, which are contiguous."""

    area: Area
    physical: int


@dataclass(frozen=True)
class Placed:
    """A partition's memory, and its `context`: save page, FPU page and pristine copies, which only the kernel reaches."""

    space: Space
    areas: tuple[PlacedArea, ...]
    context: Range
    restores: tuple[Restore, ...]

    @property
    def save(self) -> int:
        return self.context.start

    @property
    def fpu(self) -> int:
        return self.context.start + PAGE

    @property
    def pristine(self) -> Range:
        return Range(self.context.start + _SAVE_AND_FPU, self.context.size - _SAVE_AND_FPU)

    def area(self, name: str) -> PlacedArea:
        return next(a for a in self.areas if a.area.name == name)


@dataclass(frozen=True)
class Layout:
    """All physical ranges; `cores` holds CORE_BYTES for each core, `tss` one page for each, `ports` the closed I/O bitmap page.

    `bitmaps` are the I/O bitmaps of partitions with ports and `shared` the frames of shared areas, by name, in the plan's order.
    """

    kernel: Kernel
    blob: Range
    states: Range
    cores: Range
    tss: Range
    ports: Range
    rings: Range
    buffers: Range
    bitmaps: dict[str, Range]
    shared: dict[str, Range]
    partitions: tuple[Placed, ...]


@dataclass(frozen=True)
class NoRoom:
    """The diagnostic, and the path of what did not fit in the plan."""

    fault: Fault
    path: tuple[str | int, ...]


def restores(space: Space) -> tuple[Restore, ...]:
    """What a cold restart does: what it starts from is checked, written data is copied back, other writable memory of its own is zeroed."""
    ranges, at = [], SLOT_PRISTINE
    for area in space.areas:
        copy = aligned(len(area.data), 8)
        if area.access == "rw" and area.own:
            ranges.append(Restore(area.virtual, at, copy, area.size - copy, area.data))
            at += copy
        elif area.data and area.own and area.name not in ABI_AREAS:
            ranges.append(Restore(0, area.virtual, copy, 0, area.data))
    return tuple(ranges)


def pristine_bytes(space: Space) -> bytes:
    """The copies that `restores` takes from, one after the other."""
    return b"".join(a.data.ljust(aligned(len(a.data), 8), b"\0") for a in space.areas if a.access == "rw" and a.own)


def place(
    kernel: Kernel,
    where: Addresses,
    form: Shape,
    spaces: Sequence[Space],
    shared: Sequence[Shared],
    frames: Frames,
    with_ports: Collection[str] = (),
) -> Layout | NoRoom:
    """Gives everything its frames; `frames` is left with what remains, for the page tables. Partitions `with_ports` get a bitmap each."""
    if not frames.claim(kernel.start, kernel.end - kernel.start):
        return NoRoom(
            Fault(
                "MEM105",
                f"the kernel needs RAM at [{kernel.start:#x}, {kernel.end:#x}) and the board's RAM does not hold it",
                "the kernel is linked to these addresses",
                "list RAM there in the board file, and do not reserve it",
            ),
            ("board",),
        )
    if where.rings_size + where.buffers_size > _RINGS_MAX:
        return NoRoom(
            Fault(
                "MEM107",
                f"channels and consoles need {where.rings_size + where.buffers_size} bytes of kernel addresses; there are {_RINGS_MAX}",
                "the kernel maps all messages of all channels into one range of fixed size",
                "make `size` or `depth` of the largest channels smaller, or share memory instead",
            ),
            ("channels",),
        )
    contexts = [_context_size(space) for space in spaces]
    per_core = (CORE_BYTES * where.cores, PAGE * where.cores)
    maps = [BITMAP_PAGES * PAGE for _ in with_ports]
    sizes = [aligned(form.size, PAGE), where.states_size, *per_core, PAGE, *maps, where.rings_size, *contexts, where.buffers_size]
    start = frames.take(sum(sizes))
    if start is None:
        return NoRoom(no_room("the kernel's tables, states and rings", sum(sizes), frames), ("board",))
    ranges = []
    for size in sizes:
        ranges.append(Range(start, size))
        start += size
    blob, states, cores, tss, ports = ranges[:5]
    bitmaps = dict(zip(with_ports, ranges[5:], strict=False))
    rings, *own = ranges[5 + len(bitmaps) : -1]
    common: dict[str, Range] = {}
    for one in shared:
        # As large areas have virtual addresses: at 2 MiB, so that all partitions may use large pages.
        size = rounded(one.size)
        at = frames.take(size, LARGE_PAGE if size >= LARGE_PAGE else PAGE)
        at = frames.take(size) if at is None else at
        if at is None:
            return NoRoom(no_room(f"shared area `{one.name}`", size, frames), ("shared", one.name))
        common[one.name] = Range(at, size)
    placed = []
    for space, context in zip(spaces, own, strict=True):
        areas = _place_areas(space, common, frames)
        if isinstance(areas, Fault):
            return NoRoom(areas, ("partitions", space.partition.name, "memory"))
        placed.append(Placed(space, areas, context, restores(space)))
    return Layout(kernel, blob, states, cores, tss, ports, rings, ranges[-1], bitmaps, common, tuple(placed))


def no_room(what: str, size: int, frames: Frames) -> Fault:
    """The message for memory that does not fit, with both figures and the largest free range."""
    largest = frames.largest
    return Fault(
        "MEM106",
        f"no memory for {what}: it needs {size} bytes in one piece; {frames.free} bytes of RAM are free, "
        f"at most {largest.size} in one piece at [{largest.start:#x}, {largest.end:#x})",
        "everything must be in the board's RAM below 4 GiB before the first partition starts",
        "make something smaller, or list more RAM in the board file",
    )


def _context_size(space: Space) -> int:
    return _SAVE_AND_FPU + aligned(sum(r.copy for r in restores(space) if r.target), PAGE)


def _place_areas(space: Space, common: Mapping[str, Range], frames: Frames) -> tuple[PlacedArea, ...] | Fault:
    """Small areas together in one piece; those that hold 2 MiB pages each at congruent frames; shared ones are in `common`, registers where
    the board has them."""
    where = {a.name: common[a.name].start for a in space.areas if a.shared}
    where |= {a.name: a.physical for a in space.areas if a.physical is not None}
    small = [a for a in space.areas if not a.large and a.own]
    total = sum(a.size for a in small)
    start = frames.take(total)
    for area in small:
        at = start if start is not None else frames.take(area.size)
        if at is None:
            return no_room(f"area `{area.name}` of partition `{space.partition.name}`", area.size, frames)
        where[area.name] = at
        start = start + area.size if start is not None else None
    for area in space.areas:
        if area.large and area.own:
            at = frames.take(area.size, LARGE_PAGE, area.virtual % LARGE_PAGE)
            if at is None:
                at = frames.take(area.size)
            if at is None:
                return no_room(f"area `{area.name}` of partition `{space.partition.name}`", area.size, frames)
            where[area.name] = at
    return tuple(PlacedArea(a, where[a.name]) for a in space.areas)
