"""Devices by physical address: whose registers lie where."""

from __future__ import annotations

from hyp.plan.model import Board, Device, Range


def device_at(board: Board, extent: Range) -> Device | None:
    """The device with registers in `extent`; the first one when there are several."""
    return next((device for device in board.devices.values() for own in device.mmio if overlap(own, extent)), None)


def register_cache(board: Board | None, phys: int | None) -> str | None:
    """The board's cache attribute of the registers at `phys`; None when there are none."""
    if board is None or phys is None:
        return None
    found = [
        cache
        for device in board.devices.values()
        for own, cache in zip(device.mmio, device.mmio_cache, strict=False)
        if own.start <= phys < own.end
    ]
    return found[0] if found else None


def overlap(one: Range, other: Range) -> bool:
    return one.start < other.end and other.start < one.end
