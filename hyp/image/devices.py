"""What a partition's devices give it: I/O ports, registers and interrupt lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hyp.abi.numbers import PAGE
from hyp.plan.board_language import UART_KIND
from hyp.plan.model import Device, Partition, Plan, Range

BITMAP_PAGES = 2
"""One bit per I/O port; the byte that closes the bitmap lies in a page of its own, the same for all (SDM 1 19.5.2)."""
_HELD = (UART_KIND, "rtc")
"""Kinds of devices that hold their interrupt line until they are served: such a line can be closed without losing anything."""


@dataclass(frozen=True)
class Line:
    """An input of the IOAPIC and the devices of one partition that are on it. `level`: all of them hold it."""

    number: int
    devices: tuple[str, ...]
    level: bool


@dataclass(frozen=True)
class Registers:
    """An area of a partition whose frames are a device's."""

    name: str
    extent: Range
    cache: str


def devices_of(plan: Plan, partition: Partition) -> list[Device]:
    """In the partition's order."""
    return [plan.board.devices[name] for name in partition.devices]


def ports_of(plan: Plan, partition: Partition) -> list[Range]:
    """I/O ports that the partition may use, ascending."""
    return sorted((ports for device in devices_of(plan, partition) for ports in device.ports), key=lambda ports: ports.start)


def lines_of(plan: Plan, partition: Partition) -> list[Line]:
    """Interrupt lines of the partition, in the order of the first device on each."""
    on: dict[int, list[Device]] = {}
    for device in devices_of(plan, partition):
        if device.irq is not None:
            on.setdefault(device.irq, []).append(device)
    return [Line(number, tuple(d.name for d in those), all(d.kind in _HELD for d in those)) for number, those in on.items()]


def registers_of(plan: Plan, partition: Partition) -> Iterator[Registers]:
    """Areas that the partition's devices make: `<device>`, and `<device>.2` and so on for further ranges."""
    for device in devices_of(plan, partition):
        for n, (extent, cache) in enumerate(zip(device.mmio, device.mmio_cache, strict=True)):
            yield Registers(device.name if n == 0 else f"{device.name}.{n + 1}", extent, cache)


def ports_bitmap(ports: Iterable[Range]) -> bytes:
    """The bitmap's BITMAP_PAGES: a clear bit opens a port."""
    bits = bytearray(b"\xff" * (BITMAP_PAGES * PAGE))
    for extent in ports:
        for port in range(extent.start, extent.end):
            bits[port // 8] &= ~(1 << port % 8)
    return bytes(bits)
