"""A partition's address space: every virtual address, before anything has a physical one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hyp.abi.numbers import CONTROL_PAGE, INFO_PAGE, INFO_PAGES_MAX, LARGE_PAGE, LOWEST_ADDRESS, PAGE, USER_END, Access
from hyp.image.devices import Registers
from hyp.image.elf import PF_EXECUTE, PF_WRITE, Elf, Fault, Segment
from hyp.image.info import Listings, info_pages
from hyp.image.rules import pages
from hyp.plan.model import Partition, Range, Shared


@dataclass(frozen=True)
class Area:
    """Pages of a partition: `data` are their first bytes, the rest is zero.

    `listed`: found by name in the info page; `shared`: its frames are several partitions'; `physical`: they are the board's, and where.
    """

    name: str
    virtual: int
    size: int
    access: str  # r | rw | rx
    cache: str = "wb"
    data: bytes = b""
    listed: bool = False
    shared: bool = False
    physical: int | None = None

    @property
    def end(self) -> int:
        return self.virtual + self.size

    @property
    def own(self) -> bool:
        """Its frames are RAM that the compiler chooses for this partition alone."""
        return not self.shared and self.physical is None

    @property
    def large(self) -> bool:
        """Holds at least one 2 MiB page when its frames are congruent."""
        return self.end // LARGE_PAGE > -(-self.virtual // LARGE_PAGE)

    @property
    def rights(self) -> Access:
        return Access.READ | Access.WRITE if self.access == "rw" else Access.READ


@dataclass(frozen=True)
class Space:
    """A partition with all its areas: with contents first, then zero ones, each in ascending order."""

    partition: Partition
    entry: int
    stack_top: int
    areas: tuple[Area, ...]

    @property
    def memory_bytes(self) -> int:
        """What counts against `limit`: all but the ABI's own pages, registers, and shared areas, which exist once for all."""
        return sum(a.size for a in self.areas if a.name not in ABI_AREAS and a.own)


ABI_AREAS = ("info", "control")
_ABI_PAGES = Range(INFO_PAGE, CONTROL_PAGE + PAGE - INFO_PAGE)


def rounded(size: int) -> int:
    """Bytes rounded up to whole pages."""
    return -(-size // PAGE) * PAGE


def arrange(
    partition: Partition, elf: Elf, shared: Iterable[Shared], listed: Listings, registers: Iterable[Registers] = ()
) -> Space | Fault:
    """Places segments, planned areas, heap, stacks, shared areas, registers and ABI pages. The ELF has passed the rules.

    `shared` are the plan's; `listed` are the tables of the info page besides the areas; `registers` are the partition's devices'.
    """
    segments = _segment_areas(elf)
    taken = [Range(a.virtual, a.size) for a in segments] + [_ABI_PAGES]
    placed = list(segments)
    wanted: list[tuple[Area, int]] = []
    for planned in partition.memory.areas:
        access = "r" if planned.access == "ro" else "rw"
        area = Area(planned.name, planned.at or 0, rounded(planned.size), access, planned.cache, listed=True, physical=planned.phys)
        if planned.at is None:
            wanted.append((area, 0))
            continue
        clash = next((a for a in placed if a.virtual < area.end and area.virtual < a.end), None)
        if clash is not None:
            ranges = f"`{area.name}` [{area.virtual:#x}, {area.end:#x}) overlaps `{clash.name}` [{clash.virtual:#x}, {clash.end:#x})"
            return Fault(
                "MEM101",
                f"area {ranges}",
                "one address cannot hold two things",
                "choose another `at`, or leave it out and let the compiler choose",
            )
        placed.append(area)
        taken.append(Range(area.virtual, area.size))
    memory = partition.memory
    own = [(Area("heap", 0, rounded(memory.heap), "rw", listed=True), 0)] if memory.heap else []
    own += [(Area("stack", 0, rounded(memory.stack), "rw", listed=True), PAGE)]
    own += [(Area("upcall_stack", 0, rounded(memory.upcall_stack), "rw", listed=True), PAGE)] if memory.upcall_stack else []
    for one in shared:
        if partition.name in one.access:
            access = "r" if one.access[partition.name] == "ro" else "rw"
            wanted.append((Area(one.name, 0, rounded(one.size), access, one.cache, listed=True, shared=True), 0))
    wanted += [(Area(r.name, 0, r.extent.size, "rw", r.cache, listed=True, physical=r.extent.start), 0) for r in registers]
    start = max(a.end for a in segments)
    for area, guard in sorted(own + wanted, key=lambda pair: pair[0].size >= LARGE_PAGE):
        found = _find(taken, start, area.size, guard)
        if found is None:
            return Fault(
                "MEM102",
                f"there is no free range of {area.size} bytes of addresses for `{area.name}`",
                "all addresses below 2^47 are taken or cut into smaller pieces",
                "make it smaller, or move the areas with `at`",
            )
        placed.append(replace(area, virtual=found))
        taken.append(Range(found - guard, area.size + guard))
    stack = next(a for a in placed if a.name == "stack" and a.listed)
    named = [(a.name, a.virtual, a.size, int(a.rights)) for a in placed if a.listed]
    info = info_pages(partition, named, listed)
    if len(info) > INFO_PAGES_MAX * PAGE:
        return Fault(
            "MEM103",
            f"the info page needs {len(info)} bytes and {INFO_PAGES_MAX * PAGE} fit",
            "its tables end before the control page",
            "use fewer areas, ports, events or granted partitions",
        )
    placed += [Area("info", INFO_PAGE, len(info), "r", data=info), Area("control", CONTROL_PAGE, PAGE, "rw")]
    # The System V ABI wants rsp + 8 at a multiple of 16 when a function is entered.
    space = Space(partition, elf.entry, stack.end - 8, tuple(sorted(placed, key=lambda a: (not a.data, a.virtual))))
    if memory.limit is not None and space.memory_bytes > memory.limit:
        return Fault(
            "MEM104",
            f"the partition needs {space.memory_bytes} bytes and its limit is {memory.limit}",
            "segments, heap, stacks and areas count, in whole pages of 4 KiB",
            f"raise `limit` to {space.memory_bytes} B or make the image smaller",
        )
    return space


def _segment_areas(elf: Elf) -> list[Area]:
    """The ELF's segments in whole pages; those that share a page (with equal rights) become one area."""
    groups: list[list[Segment]] = []
    for load in sorted(elf.loads, key=lambda s: s.virtual):
        if groups and pages(load)[0] < pages(groups[-1][-1])[1]:
            groups[-1].append(load)
        else:
            groups.append([load])
    areas: list[Area] = []
    counts: dict[str, int] = {}
    for group in groups:
        first, end = pages(group[0])[0], pages(group[-1])[1]
        flags = group[0].flags
        access = "rx" if flags & PF_EXECUTE else "rw" if flags & PF_WRITE else "r"
        kind = {"rx": "text", "rw": "data", "r": "rodata"}[access]
        counts[kind] = counts.get(kind, 0) + 1
        name = kind if counts[kind] == 1 else f"{kind}.{counts[kind]}"  # no area of a plan has a dot
        areas.append(Area(name, first, end - first, access, data=_contents(first, group)))
    return areas


def _contents(first: int, group: list[Segment]) -> bytes:
    parts, at = [], first
    for segment in group:
        if segment.data:
            parts += [bytes(segment.virtual - at), segment.data]
            at = segment.virtual + len(segment.data)
    return b"".join(parts)


def _find(taken: Iterable[Range], start: int, size: int, guard: int) -> int | None:
    """The lowest address from `start` on, else from the lowest legal one, with `guard` unmapped bytes below."""
    step = LARGE_PAGE if size >= LARGE_PAGE else PAGE
    ordered = sorted(taken, key=lambda r: r.start)
    for at in (start, LOWEST_ADDRESS):
        found = -(-(at + guard) // step) * step
        for block in ordered:
            if found - guard < block.end and block.start < found + size:
                found = -(-(block.end + guard) // step) * step
        if found + size <= USER_END:
            return found
    return None
