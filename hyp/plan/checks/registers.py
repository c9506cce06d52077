"""Checks of areas at physical addresses: they lie in what the board file gives out, and each address has one owner."""

from __future__ import annotations

from collections.abc import Iterator

from hyp.abi.numbers import PAGE
from hyp.plan.checks.console import lines
from hyp.plan.draft import Draft, DraftArea, DraftPartition
from hyp.plan.model import Board, Range
from hyp.plan.registers import device_at, overlap, register_cache


def physical_areas_are_the_boards(draft: Draft) -> None:
    """An area with `phys` starts at a page and lies in one `mmio` or `reserved` range of the board."""
    for _, area, extent in _physical(draft):
        path = (*area.path, "phys")
        if extent.start % PAGE:
            below = extent.start // PAGE * PAGE
            message = f"area `{area.area.name}` starts at the physical address {extent.start:#x}, not at a multiple of 4 KiB"
            draft.report.add("MEM001", path, message, f"write {below:#x} or {below + PAGE:#x}")
        elif draft.board is not None:
            offered = list(_offered(draft.board))
            if not any(own.start <= extent.start and extent.end <= own.end for own in offered):
                ranges = ", ".join(_show(own) for own in offered) or "none"
                message = f"area `{area.area.name}` {_show(extent)} is in no `mmio` or `reserved` range of board `{draft.board.name}`"
                draft.report.add("MEM007", path, message, f"choose an address in one of these ranges: {ranges}; RAM needs no `phys`")


def physical_areas_have_one_owner(draft: Draft) -> None:
    """No two areas share physical addresses, and none covers registers of another's device or of an untrusted bus master."""
    before: list[tuple[DraftPartition, DraftArea, Range]] = []
    for partition, area, extent in _physical(draft):
        path = (*area.path, "phys")
        if not draft.report.ok(path):
            continue
        clash = next(((other, one) for other, one, its in before if overlap(its, extent)), None)
        before.append((partition, area, extent))
        if clash is not None:
            other = f"area `{clash[1].area.name}` of `{clash[0].name}`"
            message = f"area `{area.area.name}` {_show(extent)} of `{partition.name}` covers memory of {other}"
            fix = "leave it to one of them; for memory that partitions share use `shared:`"
            draft.report.add("MEM008", path, message, fix, related=[((*clash[1].path, "phys"), f"area `{clash[1].area.name}`")])
        elif draft.board is not None:
            _judge_registers(draft, draft.board, partition, area, extent)


def register_caches_agree(draft: Draft) -> None:
    """An area over a device's registers has the cache attribute that the board file gives them."""
    for _, area, _ in _physical(draft):
        wanted = register_cache(draft.board, area.area.phys)
        if wanted is not None and area.area.cache != wanted:
            message = f"area `{area.area.name}` maps registers as `{area.area.cache}`; the board file says `{wanted}`"
            draft.report.add("MEM009", (*area.path, "cache"), message, f"write `cache: {wanted}`, or remove the key")


def _judge_registers(draft: Draft, board: Board, partition: DraftPartition, area: DraftArea, extent: Range) -> None:
    device = device_at(board, extent)
    if device is None:
        return
    what = f"area `{area.area.name}` {_show(extent)} of `{partition.name}` covers registers of `{device.name}`"
    owner = next((other for other in draft.partitions for own in other.devices if own.name == device.name), None)
    path = (*area.path, "phys")
    kernel = {line.uart: line.key for line in lines(draft)}
    if device.name in kernel:
        draft.report.add("DEV007", path, f"{what}, which carries the {kernel[device.name]}", "choose another device")
    elif owner is not None and owner is not partition:
        draft.report.add("DEV008", path, f"{what}, which is `{owner.name}`'s", "leave the device to one of them")
    elif owner is None and device.bus_master:
        fix = f"write `devices: [{{name: {device.name}, dma: trusted}}]` if `{partition.name}` may be trusted with the whole machine"
        draft.report.add("DEV010", path, f"{what}, a bus master: it can read and write all memory", fix)


def _physical(draft: Draft) -> Iterator[tuple[DraftPartition, DraftArea, Range]]:
    for partition in draft.partitions:
        for area in partition.areas:
            if area.area.phys is not None:
                yield partition, area, Range(area.area.phys, area.area.size)


def _offered(board: Board) -> Iterator[Range]:
    yield from board.reserved
    for device in board.devices.values():
        yield from device.mmio


def _show(extent: Range) -> str:
    return f"[{extent.start:#x}, {extent.end:#x})"
