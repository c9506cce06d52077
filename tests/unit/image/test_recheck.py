"""The second look at a layout finds what the first maker could have got wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyp.abi.numbers import PAGE
from hyp.image.addresses import Addresses, addresses
from hyp.image.elf import Fault, parse
from hyp.image.frames import Frames, usable
from hyp.image.info import listings
from hyp.image.kernel import read_kernel
from hyp.image.layout import Layout, NoRoom, Placed, PlacedArea, Restore, place, restores
from hyp.image.recheck import LayoutError, recheck
from hyp.image.shape import facts, shape
from hyp.image.space import Area, arrange
from hyp.plan.model import Range, Shared
from tests.unit.image import elves, plans

FRAME, TABLE = Shared("frame", 0x1800, {"a": "rw", "b": "ro"}), Shared("table", 0x1000, {"b": "rw"})
PLAN = replace(plans.plan({"a": plans.memory(heap=65536), "b": plans.memory()}), shared=(FRAME, TABLE))
TABLES = Range(0x800_0000, 0x1000)


@pytest.fixture
def layout() -> Layout:
    parsed = parse(elves.partition())
    assert not isinstance(parsed, Fault)
    spaces = []
    known = facts(PLAN)
    for partition in PLAN.partitions:
        listed = listings(PLAN, partition, known.wiring.partitions[partition.id], known.gates)
        space = arrange(partition, parsed, PLAN.shared, listed)
        assert not isinstance(space, Fault)
        spaces.append(space)
    form = shape(known, sum(len(restores(space)) for space in spaces))
    made = place(read_kernel(elves.kernel()), known.where, form, spaces, PLAN.shared, Frames(usable(PLAN.board.ram, ())))
    assert not isinstance(made, NoRoom)
    return made


def changed(layout: Layout, name: str, **fields: object) -> Layout:
    """The layout with another area `name` in partition a: fields of the area, or `physical`."""
    first = layout.partitions[0]
    areas = tuple(_changed(a, fields) if a.area.name == name else a for a in first.areas)
    return replace(layout, partitions=(replace(first, areas=areas), *layout.partitions[1:]))


def _changed(placed: PlacedArea, fields: dict[str, object]) -> PlacedArea:
    if "physical" in fields:
        return replace(placed, **fields)  # type: ignore[arg-type]
    return replace(placed, area=replace(placed.area, **fields))  # type: ignore[arg-type]


def with_space(layout: Layout, **fields: object) -> Layout:
    first: Placed = layout.partitions[0]
    return replace(layout, partitions=(replace(first, space=replace(first.space, **fields)), *layout.partitions[1:]))  # type: ignore[arg-type]


def address(layout: Layout, name: str, partition: int = 0) -> PlacedArea:
    return layout.partitions[partition].area(name)


def refused(layout: Layout, message: str, board: object = None, tables: Range = TABLES, where: Addresses | None = None) -> None:
    with pytest.raises(LayoutError, match=message):
        recheck(layout, where or addresses(PLAN), tables, plans.board() if board is None else board, PLAN.shared)  # type: ignore[arg-type]


def test_a_good_layout_passes(layout: Layout) -> None:
    recheck(layout, addresses(PLAN), TABLES, plans.board(), PLAN.shared)


def test_frames_of_two_partitions(layout: Layout) -> None:
    refused(changed(layout, "heap", physical=address(layout, "stack", 1).physical), "physical memory: .* overlaps")


def test_frames_of_the_kernel(layout: Layout) -> None:
    refused(changed(layout, "heap", physical=0x10_0000), "overlaps")
    refused(replace(layout, blob=Range(layout.states.start, layout.blob.size)), "states .* overlaps blob")
    refused(layout, "overlaps page tables|page tables .* overlaps", tables=Range(layout.buffers.start, 0x1000))


def test_memory_that_is_not_ram(layout: Layout) -> None:
    refused(changed(layout, "heap", physical=0x2000_0000), "heap of a .* is not in RAM")
    at = address(layout, "heap").physical
    refused(layout, "heap of a .* is in reserved memory", plans.board(reserved=[Range(at + 0x1000, 1)]))
    high = plans.board([Range(0x10_0000, 1 << 34)])
    refused(changed(layout, "heap", physical=1 << 32), "above 4 GiB", high)


def test_unaligned_memory(layout: Layout) -> None:
    refused(changed(layout, "heap", physical=0x700_0800), "not in whole pages")
    refused(changed(layout, "heap", virtual=0x3000_0800), "is not legal")


def test_addresses(layout: Layout) -> None:
    refused(changed(layout, "heap", virtual=address(layout, "text").area.virtual), "partition a: .* overlaps")
    refused(changed(layout, "heap", virtual=0x7FFF_FFFF_0000), "heap .* is not legal")
    refused(changed(layout, "heap", virtual=0x8000), "heap .* is not legal")
    refused(changed(layout, "info", virtual=0x3000_0000), "the info page is elsewhere")
    refused(changed(layout, "control", virtual=0x3000_0000), "the control page is elsewhere")


def test_guard_pages(layout: Layout) -> None:
    below = address(layout, "stack").area.virtual - 65536
    refused(changed(layout, "heap", virtual=below), "heap .* overlaps guard of stack")


def test_entry_and_stack(layout: Layout) -> None:
    space = layout.partitions[0].space
    refused(with_space(layout, entry=address(layout, "data").area.virtual), "the entry is not in text")
    refused(with_space(layout, entry=0x10), "the entry is not in text")
    refused(with_space(layout, stack_top=space.stack_top - 8), "the stack's top is wrong")
    refused(with_space(layout, stack_top=space.stack_top + 16), "the stack's top is wrong")


def test_restarts(layout: Layout) -> None:
    first = layout.partitions[0]
    writes = [one for one in first.restores if one.target]
    checks = [one for one in first.restores if not one.target]

    def with_restores(*restores: Restore) -> Layout:
        return replace(layout, partitions=(replace(first, restores=restores), *layout.partitions[1:]))

    refused(with_restores(*writes[1:], *checks), "does not restore what it can write")
    odd = replace(writes[0], copy=writes[0].copy + 4, zero=writes[0].zero - 4)
    refused(with_restores(odd, *writes[1:], *checks), "moves odd sizes")
    refused(with_restores(*writes, *checks[1:]), "does not check what is constant")
    refused(
        with_restores(*writes, replace(checks[0], copy=8 if checks[0].copy > PAGE else 2 * PAGE), *checks[1:]),
        "does not check what is constant",
    )


def test_regions_of_the_kernels_half(layout: Layout) -> None:
    refused(replace(layout, blob=Range(0x300_0000, 0x400_1000)), "plan blob .* overlaps states")


def test_shared_areas_are_the_plans_and_no_others(layout: Layout) -> None:
    frames = layout.shared
    refused(replace(layout, shared={"frame": frames["frame"]}), "the shared areas are not the plan's")
    refused(replace(layout, shared={**frames, "frame": Range(frames["frame"].start, 0x1000)}), "shared area frame has 4096 bytes for 6144")
    refused(changed(layout, "frame", access="r"), "partition a: its shared areas are not the plan's")
    refused(changed(layout, "frame", cache="uc"), "partition a: its shared areas are not the plan's")
    refused(changed(layout, "frame", physical=frames["table"].start), "partition a: its shared areas are not the plan's")
    refused(changed(layout, "heap", shared=True), "partition a: its shared areas are not the plan's")
    first = layout.partitions[0]
    lost = replace(first, areas=tuple(a for a in first.areas if a.area.name != "frame"))
    refused(replace(layout, partitions=(lost, *layout.partitions[1:])), "partition a: its shared areas are not the plan's")
    refused(changed(layout, "heap", physical=frames["frame"].start), "(heap of a|shared area frame) .* overlaps")
    extra = replace(next(one for one in first.restores if one.target), target=first.area("frame").area.virtual, copy=0, zero=0x2000)
    refused(
        replace(layout, partitions=(replace(first, restores=(*first.restores, extra)), *layout.partitions[1:])),
        "does not restore what it can write",
    )


class Crooked(Addresses):
    """Places some things wrongly: `slots` over the first trace ring, port states at the end of their region."""

    def slots(self, channel: int) -> int:
        return self.trace_ring(0)

    def port(self, partition: int, destination: int) -> int:
        return self.states_size


def test_words_of_the_kernel(layout: Layout) -> None:
    good = addresses(PLAN)
    counts = (good.cores, good.partitions, good.windows, good.console_buffer)
    refused(layout, "rings: .* overlaps", where=Crooked(*counts, channels=(64,)))
    refused(
        layout, "states: state of receiving port 0 of partition 1 .* is not in 0x1000 bytes", where=Crooked(*counts, destinations=(0, 1))
    )
    refused(layout, "rings: .* is not in", where=replace(good, channels=(1 << 20,)))
    refused(layout, "rings: .* is not in", where=replace(good, limits=(1 << 20,)))
    refused(layout, "states: state of channel [0-9]+ .* is not in", where=replace(good, channels=(0,) * 21))


def test_an_area_knows_whether_it_holds_a_large_page() -> None:
    assert Area("x", 0x20_0000, 0x20_0000, "rw").large
    assert not Area("x", 0x20_1000, 0x3F_E000, "rw").large
    assert Area("x", 0x20_1000, 0x3F_F000, "rw").large
