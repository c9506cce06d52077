"""Checks of devices: who owns which, and what else has its names and interrupt lines."""

from __future__ import annotations

from collections.abc import Iterator

from hyp.plan.board_language import UART_KIND
from hyp.plan.checks.console import kernel_devices
from hyp.plan.devices_language import WrittenDevice
from hyp.plan.draft import Draft, DraftPartition
from hyp.plan.model import Board, Device
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, nearest, quote

Owned = tuple[DraftPartition, WrittenDevice, Device]


def owned_devices_exist(draft: Draft) -> None:
    """A partition's devices are devices of the board."""
    board = draft.board
    for _, written in _written(draft):
        if board is None or written.name in board.devices:
            continue
        meant = nearest(written.name, board.devices)
        known = sorted(board.devices)
        fix = f"did you mean `{meant}`?" if meant else f"use {alternatives(known)}" if known else "choose a board with devices"
        draft.report.add("NAM008", _name(draft, written), f"board `{board.name}` has no device `{quote(written.name)}`", fix)


def kernel_devices_are_not_owned(draft: Draft) -> None:
    """The devices of console, trace and monitor belong to the kernel."""
    if draft.board is None:
        return
    used = kernel_devices(draft)
    for partition, written, device in owned(draft, draft.board):
        if device.name in used:
            key, path = used[device.name]
            others = free_uarts(draft, draft.board)
            fix = f"use {alternatives(others)}, or give the {key} another device" if others else f"give the {key} another device"
            message = f"`{device.name}` carries the {key}, so it is the kernel's and cannot be `{partition.name}`'s"
            related = [(path, f"the {key}")] if draft.report.spans.is_written(path) else []
            draft.report.add("DEV007", _name(draft, written), message, fix, related=related)


def devices_have_one_owner(draft: Draft) -> None:
    """No device is in two lists, or twice in one."""
    first: dict[str, tuple[DraftPartition, WrittenDevice]] = {}
    for partition, written in _written(draft):
        owner, before = first.setdefault(written.name, (partition, written))
        if before is written:
            continue
        related = [(_name(draft, before), f"`{owner.name}` has it")]
        if owner is partition:
            message, fix = f"`{partition.name}` has the device `{quote(written.name)}` twice", "remove one of the two"
        else:
            message = f"the device `{quote(written.name)}` of `{partition.name}` is `{owner.name}`'s already"
            fix = "leave it to one of them, and let the other one talk to that partition through a channel"
        draft.report.add("DEV008", _name(draft, written), message, fix, related=related)


def interrupt_lines_have_one_owner(draft: Draft) -> None:
    """Devices on one interrupt line have one owner, and the kernel's UARTs share theirs with none."""
    if draft.board is None:
        return
    kernel = {name: key for name, (key, _) in kernel_devices(draft).items()}
    reserved = {draft.board.devices[name].irq: name for name in reversed(kernel) if name in draft.board.devices}
    first: dict[int, tuple[DraftPartition, WrittenDevice]] = {}
    for partition, written, device in owned(draft, draft.board):
        if device.irq is None or device.name in kernel or not draft.report.ok(written.path):
            continue
        what = f"`{device.name}` of `{partition.name}` is on interrupt line {device.irq},"
        if device.irq in reserved:
            name = reserved[device.irq]
            fix = f"use a device on another line, or move the {kernel[name]} away from `{name}`"
            draft.report.add("DEV009", _name(draft, written), f"{what} that of `{name}`, which is the kernel's", fix)
            continue
        owner, other = first.setdefault(device.irq, (partition, written))
        if owner is not partition:
            message = f"{what} that of `{other.name}`, which is `{owner.name}`'s"
            related = [(_name(draft, other), f"`{other.name}`")]
            fix = f"give `{other.name}` and `{device.name}` to one partition, or use a device on another line"
            draft.report.add("DEV009", _name(draft, written), message, fix, related=related)


def bus_masters_are_trusted(draft: Draft) -> None:
    """A bus master has `dma: trusted`; on other devices that key says nothing (warning)."""
    if draft.board is None:
        return
    for partition, written, device in owned(draft, draft.board):
        if device.bus_master and not written.dma:
            message = f"`{device.name}` of `{partition.name}` is a bus master: it can read and write all memory, and no IOMMU holds it"
            fix = f"write `{{name: {device.name}, dma: trusted}}` if its driver may be trusted with the whole machine"
            draft.report.add("DEV010", _name(draft, written), message, fix)
        elif written.dma and not device.bus_master:
            message = f"`dma: trusted` on `{device.name}`, which is no bus master, has no effect"
            fix = f"write `{device.name}` alone, or `bus_master: true` in the board file"
            draft.report.add("DEV011", (*written.path, "dma"), message, fix)


def device_names_are_free(draft: Draft) -> None:
    """No area or event that a partition finds by name has the name of a device that it owns."""
    if draft.board is None:
        return
    for partition, written, device in owned(draft, draft.board):
        where = _name(draft, written)
        if device.mmio:
            areas: list[tuple[str, Path]] = [(area.area.name, (*area.path, "name")) for area in partition.areas]
            areas += [(area.name, area.path) for area in draft.shared if partition.name in area.access]
            _refuse(draft, partition, device, "NAM006", "area", [path for name, path in areas if name == device.name], where)
        if device.irq is not None:
            events = [e.path for e in draft.events if e.name == device.name and partition.name in (e.source, e.destination)]
            _refuse(draft, partition, device, "NAM009", "event", events, where)


def owned(draft: Draft, board: Board) -> Iterator[Owned]:
    """Partition, what is written and the device, for every device that exists."""
    for partition, written in _written(draft):
        if written.name in board.devices:
            yield partition, written, board.devices[written.name]


def free_uarts(draft: Draft, board: Board) -> list[str]:
    """UARTs that nobody has."""
    taken = {written.name for _, written in _written(draft)} | set(kernel_devices(draft))
    return [name for name, device in sorted(board.devices.items()) if device.kind == UART_KIND and name not in taken]


def _written(draft: Draft) -> Iterator[tuple[DraftPartition, WrittenDevice]]:
    for partition in draft.partitions:
        for written in partition.devices:
            yield partition, written


def _name(draft: Draft, written: WrittenDevice) -> Path:
    path = (*written.path, "name")
    if draft.report.spans.is_written(path):
        return path
    return written.path if draft.report.spans.is_written(written.path) else written.path[:-1]


def _refuse(draft: Draft, partition: DraftPartition, device: Device, code: str, what: str, clashes: list[Path], where: Path) -> None:
    for path in clashes[:1]:
        message = f"`{partition.name}` has an {what} `{device.name}` of the device `{device.name}` and another one of that name"
        draft.report.add(code, path, message, "choose another name", key=path[-1] != "name", related=[(where, "the device")])
