"""Checks of partitions' memory. What depends on the program itself is checked when the image is laid out."""

from __future__ import annotations

from itertools import pairwise

from hyp.abi.numbers import CONTROL_PAGE, INFO_PAGE, INFO_PAGES_MAX, LOWEST_ADDRESS, PAGE, USER_END
from hyp.plan.draft import Draft, DraftArea
from hyp.plan.units import size

AREAS_MAX = 8


def sizes_are_whole_pages(draft: Draft) -> None:
    """Stacks, heap, areas and areas' addresses are multiples of a page."""
    for partition in draft.partitions:
        memory, path = partition.memory, (*partition.path, "memory")
        if memory is not None:
            for key, value in (("stack", memory.stack), ("heap", memory.heap), ("upcall_stack", memory.upcall_stack)):
                if value % PAGE:
                    draft.report.add("MEM001", (*path, key), f"`{key}` is {size(value)}, not a multiple of 4 KiB", f"write {_pages(value)}")
        for area in partition.areas:
            if area.area.size % PAGE:
                message = f"area `{area.area.name}` is {size(area.area.size)} long, not a multiple of 4 KiB"
                draft.report.add("MEM001", (*area.path, "size"), message, f"write {_pages(area.area.size)}")
            if area.area.at is not None and area.area.at % PAGE:
                below = area.area.at // PAGE * PAGE
                message = f"area `{area.area.name}` starts at {area.area.at:#x}, not at a multiple of 4 KiB"
                draft.report.add("MEM001", (*area.path, "at"), message, f"write {below:#x} or {below + PAGE:#x}")


def areas_are_in_the_legal_range(draft: Draft) -> None:
    """An area lies above the low 64 KiB and below the last page under 2^47."""
    for partition in draft.partitions:
        for area in partition.areas:
            extent = _extent(area)
            if extent is not None and (extent[0] < LOWEST_ADDRESS or extent[1] > USER_END):
                message = f"area `{area.area.name}` {_show(extent)} leaves the legal range {_show((LOWEST_ADDRESS, USER_END))}"
                draft.report.add("MEM002", (*area.path, "at"), message, "choose another address, or remove `at` to let the compiler choose")


def areas_spare_the_fixed_pages(draft: Draft) -> None:
    """An area does not cover the info pages or the control page."""
    fixed = (("info pages", INFO_PAGE, INFO_PAGE + INFO_PAGES_MAX * PAGE), ("control page", CONTROL_PAGE, CONTROL_PAGE + PAGE))
    for partition in draft.partitions:
        for area in partition.areas:
            extent = _extent(area)
            if extent is None:
                continue
            for what, start, end in fixed:
                if extent[0] < end and start < extent[1]:
                    message = f"area `{area.area.name}` {_show(extent)} covers the {what} {_show((start, end))}"
                    draft.report.add(
                        "MEM004", (*area.path, "at"), message, "choose another address, or remove `at` to let the compiler choose"
                    )
                    break


def areas_do_not_overlap(draft: Draft) -> None:
    """Areas of one partition never share addresses."""
    for partition in draft.partitions:
        placed = [(extent, area) for area in partition.areas if (extent := _extent(area)) is not None]
        placed.sort(key=lambda one: (one[0], one[1].path))
        for (last, before), (extent, area) in pairwise(placed):
            if extent[0] < last[1]:
                message = f"areas `{before.area.name}` {_show(last)} and `{area.area.name}` {_show(extent)} of `{partition.name}` overlap"
                fix = f"start `{area.area.name}` at {last[1]:#x} or above, or remove `at`"
                draft.report.add("MEM003", (*area.path, "at"), message, fix, related=[((*before.path, "at"), f"area `{before.area.name}`")])


def area_names_differ(draft: Draft) -> None:
    """No two areas of a partition have the same name."""
    for partition in draft.partitions:
        first: dict[str, DraftArea] = {}
        for area in partition.areas:
            other = first.setdefault(area.area.name, area)
            if other is not area:
                related = [((*other.path, "name"), "the first one")]
                message = f"`{partition.name}` has two areas `{area.area.name}`"
                draft.report.add("NAM006", (*area.path, "name"), message, "choose another name", related=related)


def areas_fit_the_info_page(draft: Draft) -> None:
    """A partition has at most 8 areas of its own."""
    for partition in draft.partitions:
        if len(partition.areas) > AREAS_MAX:
            message = f"`{partition.name}` has {len(partition.areas)} areas; at most {AREAS_MAX} are possible"
            draft.report.add("MEM006", (*partition.path, "memory", "areas"), message, "join some of them", key=True)


def areas_fit_the_limit(draft: Draft) -> None:
    """Stacks, heap and areas alone do not exceed the limit; with the program it is checked when the image is laid out."""
    for partition in draft.partitions:
        memory, path = partition.memory, (*partition.path, "memory")
        if memory is None or memory.limit is None or not draft.report.ok(path):
            continue
        total = memory.stack + memory.heap + memory.upcall_stack + sum(area.size for area in memory.areas)
        if total > memory.limit:
            more = f"{size(total - memory.limit)} more than the limit {size(memory.limit)}"
            message = f"stacks, heap and areas of `{partition.name}` are {size(total)}, {more}"
            draft.report.add("MEM005", (*path, "limit"), message, "raise `limit`, or lower the sizes; the program itself comes on top")


def _extent(area: DraftArea) -> tuple[int, int] | None:
    return None if area.area.at is None else (area.area.at, area.area.at + area.area.size)


def _show(extent: tuple[int, int]) -> str:
    return f"[{extent[0]:#x}, {extent[1]:#x})"


def _pages(value: int) -> str:
    below = value // PAGE * PAGE
    return f"`{size(below + PAGE)}`" if below == 0 else f"`{size(below)}` or `{size(below + PAGE)}`"
