"""Kernel virtual addresses that follow from the plan's counts alone: states, counters, rings, channels, per-core regions.

A region's bytes are contiguous in physical memory too, so an offset in it serves both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from hyp.abi.numbers import PAGE
from hyp.abi.state import (
    CHANNEL_STATE,
    HEALTH_RECORD,
    HEALTH_RECORDS,
    MESSAGE_SLOT,
    PARTITION_STATE,
    PORT_STATE,
    RING,
    TRACE_RECORD,
    TRACE_RECORDS,
    WINDOW_COUNTERS,
)
from hyp.abi.tables import CORE_BASE, CORE_STRIDE, RING_BASE, STATE_BASE
from hyp.image.health import limits
from hyp.image.wiring import wiring
from hyp.plan.model import Channel, Plan

LINE = 64
"""Bytes of a cache line: words of different owners do not share one."""


def aligned(value: int, to: int = LINE) -> int:
    """`value` rounded up to a multiple of `to`."""
    return -(-value // to) * to


INSTANT = 8
"""Bytes of a u64 instant, and of the counter before a health entry's instants."""


@dataclass(frozen=True)
class Addresses:
    """Counts of the plan, and what lies where because of them. Offsets are in bytes from the region's start.

    `channels` are the bytes of each channel's message slots, `readers` its readers when it is a sampling one; `destinations` the
    receiving ports of each partition; `limits` those of the health entries that have one.
    """

    cores: int
    partitions: int
    windows: int
    console_buffer: int
    console_input: int = 256
    channels: tuple[int, ...] = ()
    readers: tuple[int, ...] = ()
    destinations: tuple[int, ...] = ()
    limits: tuple[int, ...] = ()
    trace_records: int = TRACE_RECORDS  # of each core, a power of two

    @property
    def streams(self) -> int:
        """What the console sends: the kernel's stream, then one per partition."""
        return self.partitions + 1

    @property
    def rings(self) -> int:
        """The streams' rings, then one per partition for its input."""
        return self.streams + self.partitions

    def input(self, partition: int) -> int:
        """Which ring holds a partition's input."""
        return self.streams + partition

    # Region at STATE_BASE.

    def state(self, partition: int) -> int:
        return partition * PARTITION_STATE.size

    def counters(self, window: int) -> int:
        return aligned(self.partitions * PARTITION_STATE.size) + window * WINDOW_COUNTERS.size

    def channel(self, channel: int) -> int:
        return aligned(self.counters(self.windows)) + channel * CHANNEL_STATE.size

    def port(self, partition: int, destination: int) -> int:
        """State of a partition's receiving port, by its place among them."""
        return self._port_starts[partition] + destination * PORT_STATE.size

    @cached_property
    def _port_starts(self) -> tuple[int, ...]:
        return _starts(self.channel(len(self.channels)), (count * PORT_STATE.size for count in self.destinations))

    @property
    def states_size(self) -> int:
        return aligned(self._port_starts[-1], PAGE)

    # Region at RING_BASE: first the ring records, which have contents, then their bytes and the cores' rings, which are zero.

    def ring(self, ring: int) -> int:
        return ring * RING.size

    @property
    def rings_size(self) -> int:
        """Bytes of the records, in whole pages."""
        return aligned(self.ring(self.rings), PAGE)

    def ring_bytes(self, ring: int) -> int:
        return self.console_buffer if ring < self.streams else self.console_input

    def ring_data(self, ring: int) -> int:
        inputs = max(0, ring - self.streams)
        return self.rings_size + (ring - inputs) * aligned(self.console_buffer) + inputs * aligned(self.console_input)

    def health_ring(self, core: int) -> int:
        return aligned(self.ring_data(self.rings), PAGE) + core * aligned(HEALTH_RECORDS * HEALTH_RECORD.size, PAGE)

    def trace_ring(self, core: int) -> int:
        return self.health_ring(self.cores) + core * aligned(self.trace_records * TRACE_RECORD.size, PAGE)

    def slots(self, channel: int) -> int:
        """The first message slot of a channel."""
        return self._slot_starts[channel]

    def instants(self, limited: int) -> int:
        """The instants of a health entry, by its place among those with a limit."""
        return self._instant_starts[limited] + INSTANT

    @cached_property
    def _slot_starts(self) -> tuple[int, ...]:
        return _starts(self.trace_ring(self.cores), self.channels)

    @cached_property
    def _instant_starts(self) -> tuple[int, ...]:
        return _starts(self._slot_starts[-1], (INSTANT * (1 + limit) for limit in self.limits))

    @property
    def buffers_size(self) -> int:
        """Bytes from the end of the records to the region's end."""
        return aligned(self._instant_starts[-1], PAGE) - self.rings_size


def addresses(plan: Plan) -> Addresses:
    """Cores count up to the highest one that has a window: an unused core gets no memory."""
    windows = [w for schedule in plan.schedules for w in schedule.windows]
    return Addresses(
        cores=1 + max((w.core for w in windows), default=0),
        partitions=len(plan.partitions),
        windows=len(windows),
        console_buffer=plan.console.buffer,
        console_input=plan.console.input,
        channels=tuple(depth(channel) * stride(channel) for channel in plan.channels),
        readers=tuple(len(channel.destinations) if channel.kind == "sampling" else 0 for channel in plan.channels),
        destinations=tuple(ends.destinations for ends in wiring(plan).partitions),
        limits=limits(plan),
        trace_records=TRACE_RECORDS if plan.trace is None else power_of_two(plan.trace.buffer // TRACE_RECORD.size),
    )


def power_of_two(limit: int) -> int:
    """The largest one up to `limit`, which is 1 at least."""
    return 1 << limit.bit_length() - 1


def depth(channel: Channel) -> int:
    """Message slots of a channel: a sampling writer always finds one that is neither the newest nor any reader's."""
    return channel.depth if channel.kind == "queuing" else len(channel.destinations) + 2


def stride(channel: Channel) -> int:
    """Bytes from one message slot to the next."""
    return aligned(MESSAGE_SLOT.size + channel.size)


def _starts(first: int, sizes: Iterable[int]) -> tuple[int, ...]:
    """Where things of these sizes begin, each at a cache line, and where the last one ends."""
    return tuple(accumulate((aligned(size) for size in sizes), initial=aligned(first)))


def state_address(offset: int) -> int:
    """Kernel virtual address of an offset in the state region."""
    return STATE_BASE + offset


def ring_address(offset: int) -> int:
    """Kernel virtual address of an offset in the ring region."""
    return RING_BASE + offset


def core_address(core: int) -> int:
    """Kernel virtual address of a core's region."""
    return CORE_BASE + core * CORE_STRIDE
