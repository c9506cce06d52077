"""Kernel virtual addresses that follow from the plan's counts alone: states, counters, rings, per-core regions.

A region's bytes are contiguous in physical memory too, so an offset in it serves both.
"""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.numbers import PAGE
from hyp.abi.state import HEALTH_RECORD, HEALTH_RECORDS, PARTITION_STATE, RING, TRACE_RECORD, TRACE_RECORDS, WINDOW_COUNTERS
from hyp.abi.tables import CORE_BASE, CORE_STRIDE, RING_BASE, STATE_BASE
from hyp.plan.model import Plan

LINE = 64
"""Bytes of a cache line: words of different owners do not share one."""


def aligned(value: int, to: int = LINE) -> int:
    """`value` rounded up to a multiple of `to`."""
    return -(-value // to) * to


@dataclass(frozen=True)
class Addresses:
    """Counts of the plan, and what lies where because of them. Offsets are in bytes from the region's start."""

    cores: int
    partitions: int
    windows: int
    console_buffer: int

    @property
    def streams(self) -> int:
        return self.partitions + 1

    # Region at STATE_BASE.

    def state(self, partition: int) -> int:
        return partition * PARTITION_STATE.size

    def counters(self, window: int) -> int:
        return aligned(self.partitions * PARTITION_STATE.size) + window * WINDOW_COUNTERS.size

    @property
    def states_size(self) -> int:
        return aligned(self.counters(self.windows), PAGE)

    # Region at RING_BASE: first the ring records, which have contents, then their bytes and the cores' rings, which are zero.

    def ring(self, stream: int) -> int:
        return stream * RING.size

    @property
    def rings_size(self) -> int:
        """Bytes of the records, in whole pages."""
        return aligned(self.ring(self.streams), PAGE)

    def ring_data(self, stream: int) -> int:
        return self.rings_size + stream * aligned(self.console_buffer)

    def health_ring(self, core: int) -> int:
        return aligned(self.ring_data(self.streams), PAGE) + core * aligned(HEALTH_RECORDS * HEALTH_RECORD.size, PAGE)

    def trace_ring(self, core: int) -> int:
        return self.health_ring(self.cores) + core * aligned(TRACE_RECORDS * TRACE_RECORD.size, PAGE)

    @property
    def buffers_size(self) -> int:
        """Bytes from the end of the records to the region's end."""
        return self.trace_ring(self.cores) - self.rings_size


def addresses(plan: Plan) -> Addresses:
    """Cores count up to the highest one that has a window: an unused core gets no memory."""
    windows = [w for schedule in plan.schedules for w in schedule.windows]
    return Addresses(1 + max((w.core for w in windows), default=0), len(plan.partitions), len(windows), plan.console.buffer)


def state_address(offset: int) -> int:
    """Kernel virtual address of an offset in the state region."""
    return STATE_BASE + offset


def ring_address(offset: int) -> int:
    """Kernel virtual address of an offset in the ring region."""
    return RING_BASE + offset


def core_address(core: int) -> int:
    """Kernel virtual address of a core's region."""
    return CORE_BASE + core * CORE_STRIDE
