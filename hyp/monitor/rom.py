"""The plan table as ROM words: the windows by identity, then the frame bounds, schedule by schedule, and what identifies the whole."""

from __future__ import annotations

import zlib
from dataclasses import astuple, dataclass

from hyp.monitor.bounds import Bounds
from hyp.monitor.parameters import Parameters


@dataclass(frozen=True)
class Layout:
    """A word from bit 0 on: lo, nominal, hi (two's complement, `time_bits` each), schedule, first, last."""

    time_bits: int
    schedule_bits: int
    rows: int
    schedules: int

    @property
    def width(self) -> int:
        return 3 * self.time_bits + self.schedule_bits + 2

    @property
    def depth(self) -> int:
        return self.rows + self.schedules * self.schedules


def layout(parameters: Parameters) -> Layout:
    schedules = len(parameters.frames)
    return Layout(parameters.longest.bit_length() + 1, max(1, (schedules - 1).bit_length()), len(parameters.rows), schedules)


def words(parameters: Parameters) -> list[int]:
    """The ROM's contents."""
    form = layout(parameters)
    rows = [_word(form, row.bounds, row.schedule, row.first + 2 * row.last) for row in parameters.rows]
    return rows + [_word(form, bounds, 0, 0) for line in parameters.frames for bounds in line]


def identity(parameters: Parameters) -> int:
    """CRC-32 of everything that the gateware was made from: the host compares it, so that a monitor of another plan is found out."""
    return zlib.crc32(repr((words(parameters), astuple(parameters))).encode())


def _word(form: Layout, bounds: Bounds, schedule: int, flags: int) -> int:
    value, at = 0, 0
    for part, bits in ((bounds.lo, form.time_bits), (bounds.nominal, form.time_bits), (bounds.hi, form.time_bits),
                       (schedule, form.schedule_bits), (flags, 2)):  # fmt: skip
        value |= (part & ((1 << bits) - 1)) << at
        at += bits
    return value
