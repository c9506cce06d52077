"""The address spaces: boot, one idle root per core, one root per partition and core on which it has windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hyp.abi.numbers import PAGE
from hyp.abi.tables import (
    IOAPIC_BASE,
    IOAPIC_PHYSICAL,
    LAPIC_BASE,
    LAPIC_PHYSICAL,
    PLAN_BASE,
    RING_BASE,
    SLOT_CONTROL,
    SLOT_FPU,
    SLOT_INFO,
    SLOT_IO_BITMAP,
    SLOT_IO_END,
    SLOT_PRISTINE,
    SLOT_SAVE,
    SLOT_TSS,
    STATE_BASE,
)
from hyp.image.addresses import core_address
from hyp.image.devices import BITMAP_PAGES
from hyp.image.layout import Layout, Placed
from hyp.image.pages import CORE_BYTES, CORE_PARTS
from hyp.image.pagetables import ACCESSED, DIRTY, ENTRIES, PRESENT, WRITE, Mapping, Tables, rights

_KERNEL_SLOT = 511
"""In the PML4: the last 512 GiB."""
_SHARED_SLOT = 510
"""In the PDPT: the GiB at KERNEL_BASE, the same in every address space; the next one is the slot's."""
_IDENTITY_SIZE = 1 << 32
_BOOT_LEAF = PRESENT | WRITE | ACCESSED | DIRTY
"""Executable and not global: the boot map is gone before ring 3."""


@dataclass(frozen=True)
class Roots:
    """Numbers of PML4 tables within the table region. `idle` holds one per core, consecutive."""

    tables: Tables
    boot: int
    idle: tuple[int, ...]
    partitions: dict[tuple[str, int], int]


def kernel_mappings(layout: Layout, cores: int) -> list[Mapping]:
    """The shared half: what every address space maps alike."""
    maps = [
        Mapping(s.virtual, s.physical, s.size, rights("rx" if s.execute else "rw" if s.write else "r", shared=True))
        for s in layout.kernel.segments
        if s.virtual is not None
    ]
    read, write = rights("r", shared=True), rights("rw", shared=True)
    maps += [
        Mapping(PLAN_BASE, layout.blob.start, layout.blob.size, read),
        Mapping(STATE_BASE, layout.states.start, layout.states.size, write),
        Mapping(RING_BASE, layout.rings.start, layout.rings.size, write),
        Mapping(RING_BASE + layout.rings.size, layout.buffers.start, layout.buffers.size, write),
    ]
    for core in range(cores):
        physical = layout.cores.start + core * CORE_BYTES
        for offset, size in CORE_PARTS:
            maps.append(Mapping(core_address(core) + offset, physical, size, write))
            physical += size
    device = rights("rw", cache="uc", shared=True)
    return [*maps, Mapping(LAPIC_BASE, LAPIC_PHYSICAL, PAGE, device), Mapping(IOAPIC_BASE, IOAPIC_PHYSICAL, PAGE, device)]


def task_mappings(layout: Layout, core: int, partition: str | None) -> list[Mapping]:
    """TSS of a core and I/O bitmap of a partition, closed if it has none. The CPU only reads them, and so may the kernel."""
    read = rights("r")
    closed, own = layout.ports.start, layout.bitmaps.get(partition or "")
    bitmap = [Mapping(SLOT_IO_BITMAP + n * PAGE, closed if own is None else own.start + n * PAGE, PAGE, read) for n in range(BITMAP_PAGES)]
    bitmap.append(Mapping(SLOT_IO_END, closed, PAGE, read))
    return [Mapping(SLOT_TSS // PAGE * PAGE, layout.tss.start + core * PAGE, PAGE, read), *bitmap]


def slot_mappings(placed: Placed) -> list[Mapping]:
    """What the kernel reaches of the running partition beside its own view."""
    info, control = placed.area("info"), placed.area("control")
    read, write = rights("r"), rights("rw")
    maps = [
        Mapping(SLOT_SAVE, placed.save, PAGE, write),
        Mapping(SLOT_FPU, placed.fpu, PAGE, write),
        Mapping(SLOT_CONTROL, control.physical, control.area.size, write),
        Mapping(SLOT_INFO, info.physical, info.area.size, write),
    ]
    return [*maps, Mapping(SLOT_PRISTINE, placed.pristine.start, placed.pristine.size, read)]


def user_mappings(placed: Placed) -> list[Mapping]:
    """The partition's own half."""
    return [Mapping(a.area.virtual, a.physical, a.area.size, rights(a.area.access, a.area.cache, user=True)) for a in placed.areas]


def build_roots(layout: Layout, cores: int, uses: Sequence[tuple[str, int]]) -> Roots:
    """All tables. `uses` are the (partition, core) pairs that need a root, in order."""
    tables = Tables()
    idle = tuple(tables.new() for _ in range(cores))
    for mapping in kernel_mappings(layout, cores):
        tables.map(idle[0], mapping)
    shared = tables.child(tables.child(idle[0], _KERNEL_SLOT), _SHARED_SLOT)

    def start(root: int, core: int, partition: str | None) -> None:
        tables.link(tables.child(root, _KERNEL_SLOT), _SHARED_SLOT, shared)
        for mapping in task_mappings(layout, core, partition):
            tables.map(root, mapping)

    for core, root in enumerate(idle):
        start(root, core, None)
    boot = tables.new()
    tables.map(boot, Mapping(0, 0, _IDENTITY_SIZE, _BOOT_LEAF))
    tables.link(boot, _KERNEL_SLOT, tables.child(idle[0], _KERNEL_SLOT))
    placed = {p.space.partition.name: p for p in layout.partitions}
    roots: dict[tuple[str, int], int] = {}
    first_of: dict[str, int] = {}
    for name, core in uses:
        root = roots[name, core] = tables.new()
        start(root, core, name)
        for mapping in slot_mappings(placed[name]):
            tables.map(root, mapping)
        if name not in first_of:
            first_of[name] = root
            for mapping in user_mappings(placed[name]):
                tables.map(root, mapping)
        else:
            for slot, child in tables.children(first_of[name], ENTRIES // 2):
                tables.link(root, slot, child, user=True)
    return Roots(tables, boot, idle, roots)
