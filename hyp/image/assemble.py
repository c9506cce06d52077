"""From plan, partition ELFs and kernel to an image: each stage's result is the next one's input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hyp.abi.numbers import PAGE
from hyp.diagnostics import Diagnostic, Place, Severity
from hyp.image import blob, emit, pages
from hyp.image.addresses import Addresses
from hyp.image.describe import Parts, describe
from hyp.image.devices import ports_bitmap, ports_of, registers_of
from hyp.image.elf import Fault, parse
from hyp.image.frames import Frames, usable
from hyp.image.gates import Gates
from hyp.image.info import listings
from hyp.image.kernel import Kernel, read_kernel
from hyp.image.layout import Layout, NoRoom, no_room, place, pristine_bytes, restores
from hyp.image.manifest import Manifest
from hyp.image.map import text_map
from hyp.image.recheck import recheck
from hyp.image.roots import Roots, build_roots
from hyp.image.rules import first_fault, is_huge, is_huge_file
from hyp.image.shape import Facts, Shape, facts, shape
from hyp.image.simd import find_simd
from hyp.image.space import Space, arrange
from hyp.image.timetable import Lane, timetable
from hyp.plan.model import Partition, Plan, Range

PlaceOf = Callable[[tuple[str | int, ...]], Place]
"""Where a value of the plan is written, by its path."""


@dataclass(frozen=True)
class Image:
    """`data` is image.elf, `manifest` image.json, `map` image.map."""

    data: bytes
    manifest: Manifest
    map: str


@dataclass(frozen=True)
class Outcome:
    """`image` is None when there are errors."""

    image: Image | None
    diagnostics: tuple[Diagnostic, ...] = ()


def build(plan: Plan, elfs: Mapping[str, Path], kernel_elf: Path, place_of: PlaceOf | None = None) -> Outcome:
    """Compiles an image. `elfs` are the partitions' files by name; OSError when a file cannot be read, KernelFileError for a bad kernel."""
    kernel = read_kernel(kernel_elf.read_bytes())
    locate = place_of or (lambda path: Place(plan.file.name, 1, 1, 1, 1))
    memory = usable(plan.board.ram, plan.board.reserved)
    room = sum(r.size for r in memory)
    known = facts(plan)
    where = known.where
    spaces: list[Space] = []
    diagnostics: list[Diagnostic] = []
    for partition in plan.partitions:
        space = _space(known, partition, elfs[partition.name], room)
        if isinstance(space, Fault):
            diagnostics.append(_diagnostic(space, _path_of(space, partition), locate))
        else:
            spaces.append(space)
    if diagnostics:
        return Outcome(None, tuple(diagnostics))
    frames = Frames(memory)
    form = shape(known, sum(len(restores(space)) for space in spaces))
    bitmaps = {p.name: ports_bitmap(ports) for p in plan.partitions if (ports := ports_of(plan, p))}
    layout = place(kernel, where, form, spaces, plan.shared, frames, bitmaps.keys())
    if isinstance(layout, NoRoom):
        return Outcome(None, (_diagnostic(layout.fault, layout.path, locate),))
    lanes = timetable(plan, where.cores)
    roots = build_roots(layout, where.cores, _uses(plan, known.gates))
    base = frames.take(roots.tables.size)
    if base is None:
        return Outcome(None, (_diagnostic(no_room("the page tables", roots.tables.size, frames), ("board",), locate),))
    tables = Range(base, roots.tables.size)
    recheck(layout, where, tables, plan.board, plan.shared)
    zeros = list(_pieces(layout, where, tables, bitmaps))
    segments = emit.loads(zeros, memory)
    regions = [Range(s.start, s.end - s.start) for s in segments]
    blob_bytes = _blob(known, form, layout, lanes, _joined(regions), roots, base)
    contents = {layout.blob.start: blob_bytes, tables.start: roots.tables.bytes_at(base)}
    contents |= _kernel_contents(kernel, base + roots.boot * PAGE)
    for segment in segments:
        segment.pieces = [emit.Piece(p.start, p.size, contents.get(p.start, p.data)) for p in segment.pieces]
    data = emit.write_elf(segments, kernel.entry, kernel.note)
    manifest = describe(Parts(plan, where, layout, lanes, roots, tables, frames), data)
    return Outcome(Image(data, manifest, text_map(plan, manifest, layout, tables)))


def _space(known: Facts, partition: Partition, file: Path, room: int) -> Space | Fault:
    """Reads and judges a partition's file and arranges its address space; the first fault found."""
    plan, ends = known.plan, known.wiring.partitions[partition.id]
    fault = is_huge_file(file.stat().st_size, room)
    if fault is not None:
        return fault
    elf = parse(file.read_bytes())
    if isinstance(elf, Fault):
        return elf
    fault = first_fault(elf) or is_huge(elf, room) or (None if partition.fpu else find_simd(elf))
    return fault or arrange(partition, elf, plan.shared, listings(plan, partition, ends, known.gates), registers_of(plan, partition))


def _path_of(fault: Fault, partition: Partition) -> tuple[str | int, ...]:
    return ("partitions", partition.name, "image" if fault.code.startswith("ELF") else "memory")


def _diagnostic(fault: Fault, path: tuple[str | int, ...], locate: PlaceOf) -> Diagnostic:
    return Diagnostic(fault.code, Severity.ERROR, locate(path), fault.message, fault.why, fault.fix)


def _uses(plan: Plan, calls: Gates) -> list[tuple[str, int]]:
    """Pairs of partition and core, by id and core."""
    return [(partition.name, core) for partition in plan.partitions for core in calls.cores[partition.name]]


def _joined(regions: list[Range]) -> list[Range]:
    """Neighbours as one."""
    joined: list[Range] = []
    for region in regions:
        if joined and joined[-1].end == region.start:
            joined[-1] = Range(joined[-1].start, joined[-1].size + region.size)
        else:
            joined.append(region)
    return joined


def _kernel_contents(kernel: Kernel, boot_root: int) -> dict[int, bytes]:
    """The kernel's bytes by physical address, with the one word patched."""
    contents = {}
    for segment in kernel.segments:
        at = kernel.boot_root - segment.physical
        if 0 <= at < len(segment.data):
            contents[segment.physical] = segment.data[:at] + boot_root.to_bytes(4, "little") + segment.data[at + 4 :]
    return contents


def _pieces(layout: Layout, where: Addresses, tables: Range, bitmaps: Mapping[str, bytes]) -> Iterator[emit.Piece]:
    """All memory with its contents; blob and page tables hold zeros in their place until everything has an address."""
    for segment in layout.kernel.segments:
        yield emit.Piece(segment.physical, segment.size, segment.data)
    yield emit.Piece(layout.blob.start, layout.blob.size, bytes(layout.blob.size))
    yield emit.Piece(tables.start, tables.size, bytes(tables.size))
    cores = range(where.cores)
    yield emit.Piece(layout.states.start, layout.states.size, pages.states(where))
    yield emit.Piece(layout.cores.start, layout.cores.size, b"".join(pages.core_pages(core, where) for core in cores))
    yield emit.Piece(layout.tss.start, layout.tss.size, b"".join(map(pages.tss_page, cores)))
    yield emit.Piece(layout.ports.start, layout.ports.size, pages.closed_ports_page())
    for name, extent in layout.bitmaps.items():
        yield emit.Piece(extent.start, extent.size, bitmaps[name])
    yield emit.Piece(layout.rings.start, layout.rings.size, pages.ring_records(where))
    yield emit.Piece(layout.buffers.start, layout.buffers.size)
    for shared in layout.shared.values():
        yield emit.Piece(shared.start, shared.size)
    fpu = pages.fpu_page()
    for placed in layout.partitions:
        space = placed.space
        context = pages.save_page(space.entry, space.stack_top) + fpu + pristine_bytes(space)
        yield emit.Piece(placed.context.start, placed.context.size, context)
        for area in (a for a in placed.areas if a.area.own):
            yield emit.Piece(area.physical, area.area.size, area.area.data)


def _blob(
    known: Facts,
    form: Shape,
    layout: Layout,
    lanes: tuple[tuple[Lane, ...], ...],
    regions: list[Range],
    roots: Roots,
    base: int,
) -> bytes:
    spaces = [p.space for p in layout.partitions]
    own = [p.restores for p in layout.partitions]

    def root_of(name: str, core: int) -> int:
        return base + roots.partitions[name, core] * PAGE

    return blob.pack(known, form, spaces, own, lanes, regions, root_of, base + roots.idle[0] * PAGE)
