"""The finished layout, validated again from scratch: whoever placed it, by whatever rule. A failure is a bug in us."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hyp.abi.numbers import CONTROL_PAGE, INFO_PAGE, LOWEST_ADDRESS, PAGE, USER_END
from hyp.abi.state import (
    CHANNEL_STATE,
    HEALTH_RECORD,
    HEALTH_RECORDS,
    PARTITION_STATE,
    PORT_STATE,
    RING,
    TRACE_RECORD,
    WINDOW_COUNTERS,
)
from hyp.abi.tables import CORE_BASE, KERNEL_BASE, LAPIC_BASE, PLAN_BASE, RING_BASE, STATE_BASE
from hyp.image.addresses import INSTANT, Addresses
from hyp.image.layout import Layout
from hyp.plan.model import Board, Range, Shared

_FOUR_GIB = 1 << 32
Named = tuple[str, int, int]
"""Name, start, end."""


class LayoutError(Exception):
    """The layout breaks a rule that its makers promise: a bug in the compiler, not in the plan."""


def recheck(layout: Layout, where: Addresses, tables: Range, board: Board, shared: Sequence[Shared]) -> None:
    """LayoutError for the first thing that is wrong. `shared` are the plan's areas: all that two partitions may reach both."""
    physical = list(_physical(layout, tables))
    for name, start, end in physical:
        _require(start % PAGE == 0 and end % PAGE == 0 and start < end, f"{name} [{start:#x}, {end:#x}) is not in whole pages")
        _require(end <= _FOUR_GIB, f"{name} ends at {end:#x}, above 4 GiB")
        _require(_covered(board.ram, start, end), f"{name} [{start:#x}, {end:#x}) is not in RAM")
        for hole in board.reserved:
            _require(hole.end <= start or end <= hole.start, f"{name} [{start:#x}, {end:#x}) is in reserved memory")
    _disjoint("physical memory", physical)
    _disjoint("the kernel's half", list(_kernel_virtual(layout)))
    _words("states", list(_state_words(where)), layout.states.size)
    _words("rings", list(_ring_words(where)), layout.rings.size + layout.buffers.size)
    _shared(layout, shared)
    _registers(layout, board)
    for placed in layout.partitions:
        space = placed.space
        user = [(a.area.name, a.area.virtual, a.area.end) for a in placed.areas]
        what = f"partition {space.partition.name}"
        for name, start, end in user:
            _require(start % PAGE == 0 and LOWEST_ADDRESS <= start < end <= USER_END, f"{what}: {name} [{start:#x}, {end:#x}) is not legal")
        guards = [(f"guard of {n}", s - PAGE, s) for n, s, _ in user if n in ("stack", "upcall_stack")]
        _disjoint(what, user + guards)
        _require(placed.area("info").area.virtual == INFO_PAGE, f"{what}: the info page is elsewhere")
        _require(placed.area("control").area.virtual == CONTROL_PAGE, f"{what}: the control page is elsewhere")
        entered = [a.area for a in placed.areas if a.area.virtual <= space.entry < a.area.end]
        _require(bool(entered) and entered[0].access == "rx", f"{what}: the entry is not in text")
        in_stack = any(s < space.stack_top < e for n, s, e in user if n == "stack")
        _require(in_stack and space.stack_top % 16 == 8, f"{what}: the stack's top is wrong")
        written = {(a.area.virtual, a.area.size) for a in placed.areas if a.area.access == "rw" and a.area.own}
        _require(
            written == {(r.target, r.copy + r.zero) for r in placed.restores if r.target},
            f"{what}: a restart does not restore what it can write",
        )
        constant = {(a.area.virtual, a.area.size) for a in placed.areas if a.area.access != "rw" and a.area.data and a.area.own}
        constant = {(start, size) for start, size in constant if start != INFO_PAGE}
        checked = {(r.source, r.copy + -r.copy % PAGE) for r in placed.restores if not r.target and r.zero == 0}
        _require(checked == constant, f"{what}: a cold restart does not check what is constant")
        _require(all(r.copy % 8 == 0 and r.zero % 8 == 0 for r in placed.restores), f"{what}: a restart moves odd sizes")


def _shared(layout: Layout, planned: Sequence[Shared]) -> None:
    """Every shared area has its frames in exactly the partitions that the plan names, with its right and cache attribute."""
    _require(list(layout.shared) == [one.name for one in planned], "the shared areas are not the plan's")
    for one in planned:
        size = layout.shared[one.name].size
        _require(size - PAGE < one.size <= size, f"shared area {one.name} has {size} bytes for {one.size}")
    rights = {"ro": "r", "rw": "rw"}
    for placed in layout.partitions:
        name = placed.space.partition.name
        wanted = {(one.name, layout.shared[one.name], rights[one.access[name]], one.cache) for one in planned if name in one.access}
        found = {(a.area.name, Range(a.physical, a.area.size), a.area.access, a.area.cache) for a in placed.areas if a.area.shared}
        _require(found == wanted, f"partition {name}: its shared areas are not the plan's")


def _registers(layout: Layout, board: Board) -> None:
    """What is not RAM is in a range that the board gives out, and in one partition only, however often it is mapped there."""
    offered = [*board.reserved, *(extent for device in board.devices.values() for extent in device.mmio)]
    owners: list[tuple[str, Range]] = []
    for placed in layout.partitions:
        owner = placed.space.partition.name
        for area in (a for a in placed.areas if a.area.physical is not None):
            extent = Range(area.physical, area.area.size)
            what = f"partition {owner}: {area.area.name} [{extent.start:#x}, {extent.end:#x})"
            _require(area.physical == area.area.physical, f"{what} is not where the plan wants it")
            _require(any(r.start <= extent.start and extent.end <= r.end for r in offered), f"{what} is in no range of the board")
            for other, taken in owners:
                _require(other == owner or taken.end <= extent.start or extent.end <= taken.start, f"{what} is also in {other}")
            owners.append((owner, extent))


def _physical(layout: Layout, tables: Range) -> Iterator[Named]:
    for n, segment in enumerate(layout.kernel.segments):
        yield f"kernel segment {n}", segment.physical, segment.physical + segment.size
    whole = {
        "blob": layout.blob,
        "states": layout.states,
        "cores": layout.cores,
        "tss": layout.tss,
        "ports": layout.ports,
        **{f"I/O bitmap of {name}": extent for name, extent in layout.bitmaps.items()},
        "rings": layout.rings,
        "buffers": layout.buffers,
        "page tables": tables,
    }
    for name, extent in whole.items():
        yield name, extent.start, extent.end
    for name, extent in layout.shared.items():
        yield f"shared area {name}", extent.start, extent.end
    for placed in layout.partitions:
        name = placed.space.partition.name
        yield f"context of {name}", placed.context.start, placed.context.end
        for area in (a for a in placed.areas if a.area.own):
            yield f"{area.area.name} of {name}", area.physical, area.physical + area.area.size


def _kernel_virtual(layout: Layout) -> Iterator[Named]:
    for n, segment in enumerate(layout.kernel.segments):
        if segment.virtual is not None:
            yield f"kernel segment {n}", segment.virtual, segment.virtual + segment.size
    yield "below the kernel", 0, KERNEL_BASE
    yield "plan blob", PLAN_BASE, PLAN_BASE + layout.blob.size
    yield "states", STATE_BASE, STATE_BASE + layout.states.size
    yield "cores", CORE_BASE, RING_BASE
    yield "rings", RING_BASE, RING_BASE + layout.rings.size + layout.buffers.size
    yield "devices", LAPIC_BASE, 1 << 64


def _state_words(where: Addresses) -> Iterator[Named]:
    """What the region at STATE_BASE holds, in offsets."""
    for n in range(where.partitions):
        yield f"state of partition {n}", where.state(n), where.state(n) + PARTITION_STATE.size
    for n in range(where.windows):
        yield f"counters of window {n}", where.counters(n), where.counters(n) + WINDOW_COUNTERS.size
    for n in range(len(where.channels)):
        yield f"state of channel {n}", where.channel(n), where.channel(n) + CHANNEL_STATE.size
    for partition, count in enumerate(where.destinations):
        for n in range(count):
            at = where.port(partition, n)
            yield f"state of receiving port {n} of partition {partition}", at, at + PORT_STATE.size


def _ring_words(where: Addresses) -> Iterator[Named]:
    """What the region at RING_BASE holds, in offsets."""
    for n in range(where.rings):
        yield f"ring {n}", where.ring(n), where.ring(n) + RING.size
        yield f"bytes of ring {n}", where.ring_data(n), where.ring_data(n) + where.ring_bytes(n)
    for core in range(where.cores):
        yield f"health ring {core}", where.health_ring(core), where.health_ring(core) + HEALTH_RECORDS * HEALTH_RECORD.size
        yield f"trace ring {core}", where.trace_ring(core), where.trace_ring(core) + where.trace_records * TRACE_RECORD.size
    for n, size in enumerate(where.channels):
        yield f"messages of channel {n}", where.slots(n), where.slots(n) + size
    for n, limit in enumerate(where.limits):
        # The kernel's counter is the word before the instants.
        yield f"instants of limit {n}", where.instants(n) - INSTANT, where.instants(n) + limit * INSTANT


def _words(region: str, words: Sequence[Named], size: int) -> None:
    """Each is aligned, lies within its region and touches no other."""
    for name, start, end in words:
        _require(start % INSTANT == 0 and 0 <= start < end <= size, f"{region}: {name} [{start:#x}, {end:#x}) is not in {size:#x} bytes")
    _disjoint(region, words)


def _covered(ram: Sequence[Range], start: int, end: int) -> bool:
    """Every byte is in some range, though neighbours may share the work."""
    for extent in sorted(ram, key=lambda r: r.start):
        if extent.start <= start < extent.end:
            start = extent.end
    return start >= end


def _disjoint(where: str, extents: Iterable[Named]) -> None:
    for low, high in pairwise(sorted(extents, key=lambda e: (e[1], e[2]))):
        _require(low[2] <= high[1], f"{where}: {low[0]} [{low[1]:#x}, {low[2]:#x}) overlaps {high[0]} [{high[1]:#x}, {high[2]:#x})")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise LayoutError(message)
