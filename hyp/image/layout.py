"""Every physical address, decided: kernel, its tables and states, then the partitions one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hyp.abi.numbers import LARGE_PAGE, PAGE
from hyp.abi.tables import SLOT_PRISTINE
from hyp.image.addresses import Addresses, aligned
from hyp.image.blob import Restore, Shape
from hyp.image.elf import Fault
from hyp.image.frames import Frames
from hyp.image.kernel import Kernel
from hyp.image.pages import CORE_BYTES
from hyp.image.space import Area, Space
from hyp.plan.model import Partition, Range

_SAVE_AND_FPU = 2 * PAGE


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
    """All physical ranges; `cores` holds CORE_BYTES for each core, `tss` one page for each, `ports` the closed I/O bitmap page."""

    kernel: Kernel
    blob: Range
    states: Range
    cores: Range
    tss: Range
    ports: Range
    rings: Range
    buffers: Range
    partitions: tuple[Placed, ...]


@dataclass(frozen=True)
class NoRoom:
    """The diagnostic, and whose memory did not fit: None is the kernel's."""

    fault: Fault
    partition: Partition | None


def restores(space: Space) -> tuple[Restore, ...]:
    """What a restart does: written data is copied back, all other writable memory becomes zero."""
    ranges, at = [], SLOT_PRISTINE
    for area in space.areas:
        if area.access == "rw":
            copy = aligned(len(area.data), 8)
            ranges.append(Restore(area.virtual, at, copy, area.size - copy))
            at += copy
    return tuple(ranges)


def pristine_bytes(space: Space) -> bytes:
    """The copies that `restores` takes from, one after the other."""
    return b"".join(a.data.ljust(aligned(len(a.data), 8), b"\0") for a in space.areas if a.access == "rw")


def place(kernel: Kernel, where: Addresses, form: Shape, spaces: Sequence[Space], frames: Frames) -> Layout | NoRoom:
    """Gives everything its frames; `frames` is left with what remains, for the page tables."""
    if not frames.claim(kernel.start, kernel.end - kernel.start):
        return NoRoom(
            Fault(
                "MEM105",
                f"the kernel needs RAM at [{kernel.start:#x}, {kernel.end:#x}) and the board's RAM does not hold it",
                "the kernel is linked to these addresses",
                "list RAM there in the board file, and do not reserve it",
            ),
            None,
        )
    contexts = [_context_size(space) for space in spaces]
    per_core = (CORE_BYTES * where.cores, PAGE * where.cores)
    sizes = [aligned(form.size, PAGE), where.states_size, *per_core, PAGE, where.rings_size, *contexts, where.buffers_size]
    start = frames.take(sum(sizes))
    if start is None:
        return NoRoom(no_room("the kernel's tables, states and rings", sum(sizes), frames), None)
    ranges = []
    for size in sizes:
        ranges.append(Range(start, size))
        start += size
    blob, states, cores, tss, ports, rings = ranges[:6]
    placed = []
    for space, context in zip(spaces, ranges[6:-1], strict=True):
        areas = _place_areas(space, frames)
        if isinstance(areas, Fault):
            return NoRoom(areas, space.partition)
        placed.append(Placed(space, areas, context, restores(space)))
    return Layout(kernel, blob, states, cores, tss, ports, rings, ranges[-1], tuple(placed))


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
    return _SAVE_AND_FPU + aligned(sum(r.copy for r in restores(space)), PAGE)


def _place_areas(space: Space, frames: Frames) -> tuple[PlacedArea, ...] | Fault:
    """Small areas together in one piece; those that hold 2 MiB pages each at frames congruent to their addresses."""
    small = [a for a in space.areas if not a.large]
    total = sum(a.size for a in small)
    where: dict[str, int] = {}
    start = frames.take(total)
    for area in small:
        at = start if start is not None else frames.take(area.size)
        if at is None:
            return no_room(f"area `{area.name}` of partition `{space.partition.name}`", area.size, frames)
        where[area.name] = at
        start = start + area.size if start is not None else None
    for area in space.areas:
        if area.large:
            at = frames.take(area.size, LARGE_PAGE, area.virtual % LARGE_PAGE)
            if at is None:
                at = frames.take(area.size)
            if at is None:
                return no_room(f"area `{area.name}` of partition `{space.partition.name}`", area.size, frames)
            where[area.name] = at
    return tuple(PlacedArea(a, where[a.name]) for a in space.areas)
