"""The plan blob: head, partitions, schedules, lanes, windows, restores, regions (hyp/abi/tables.py)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import ABI_VERSION, FIRST_MODULE_EVENT, HEALTH_EVENTS, HealthAction, HealthEvent
from hyp.abi.tables import (
    CPU_ALWAYS,
    CPU_FEATURES,
    LANE,
    PARTITION,
    PARTITION_FPU,
    PLAN,
    PLAN_BASE,
    PLAN_MAGIC,
    REGION,
    RESTORE,
    SCHEDULE,
    TIMERS,
    TSC_ELSE,
    VERIFIES,
    WINDOW,
)
from hyp.image.addresses import Addresses, aligned, ring_address, state_address
from hyp.image.space import Space
from hyp.image.timetable import Lane
from hyp.plan.model import Plan, Range

_CHECKED_FROM = 16
_BITS_PER_BYTE = 10
"""8N1: a start bit, eight data bits, a stop bit."""
_UART_OVERSAMPLING = 16
_EXCEPTIONS = 32
_HALTING = {HealthEvent.MEMORY_VIOLATION, HealthEvent.NESTED_FAULT, HealthEvent.INTEGRITY, HealthEvent.WATCHDOG}


@dataclass(frozen=True)
class Restore:
    """What a restart does to one range: `source` is in the slot's pristine copies; sizes are multiples of 8."""

    target: int
    source: int
    copy: int
    zero: int


@dataclass(frozen=True)
class Shape:
    """Offsets of the blob's tables; they follow from counts alone, so that the blob has a place before it has contents."""

    partitions: int
    schedules: int
    lanes: int
    windows: int
    restores: int
    regions: int
    size: int


REGIONS_MAX = 64
"""Room that the blob keeps for regions: there are at most as many as loadable segments."""


def shape(plan: Plan, where: Addresses, restores: int) -> Shape:
    """Places the tables one after the other, each at a cache line."""
    offsets: list[int] = []
    at = aligned(PLAN.size)
    for record, count in (
        (PARTITION, where.partitions),
        (SCHEDULE, len(plan.schedules)),
        (LANE, len(plan.schedules) * where.cores),
        (WINDOW, where.windows),
        (RESTORE, restores),
        (REGION, REGIONS_MAX),
    ):
        offsets.append(at)
        at = aligned(at + record.size * count)
    partitions, schedules, lanes, windows, restored, regions = offsets
    return Shape(partitions, schedules, lanes, windows, restored, regions, at)


def pack(
    plan: Plan,
    where: Addresses,
    form: Shape,
    spaces: Sequence[Space],
    restores: Sequence[Sequence[Restore]],
    lanes: Sequence[Sequence[Lane]],
    regions: Sequence[Range],
    root_of: Callable[[str, int], int],
    idle_root: int,
) -> bytes:
    """The blob's bytes. `root_of` gives a partition's PML4 on a core, `idle_root` is core 0's; both physical."""
    blob = bytearray(form.size)

    def put(offset: int, records: Sequence[bytes]) -> None:
        data = b"".join(records)
        blob[offset : offset + len(data)] = data

    put(form.partitions, _partitions(where, spaces, restores))
    put(form.schedules, [SCHEDULE.pack(name=s.name, major_frame_ns=s.major_frame_ns) for s in plan.schedules])
    put(form.lanes, [LANE.pack(first=lane.first, count=len(lane.entries)) for schedule in lanes for lane in schedule])
    put(form.windows, _windows(where, form, spaces, lanes, root_of))
    put(form.restores, [RESTORE.pack(target=r.target, source=r.source, copy=r.copy, zero=r.zero) for own in restores for r in own])
    put(form.regions, [REGION.pack(start=r.start, end=r.end) for r in regions])
    counts = {"restore_count": sum(map(len, restores)), "region_count": len(regions)}
    put(0, [_head(plan, where, form, counts, idle_root)])
    checksum = zlib.crc32(blob[_CHECKED_FROM:])
    at = PLAN.offsets["checksum"]
    blob[at : at + 4] = checksum.to_bytes(4, "little")
    return bytes(blob)


def _head(plan: Plan, where: Addresses, form: Shape, counts: dict[str, int], idle_root: int) -> bytes:
    board = plan.board
    uart = board.devices[plan.console.uart]
    clock_hz, fifo = uart.clock_hz or 0, uart.fifo or 1
    baud = plan.console.baud
    divisor = max(1, (clock_hz + _UART_OVERSAMPLING * baud // 2) // (_UART_OVERSAMPLING * baud))
    required = _bits((*CPU_ALWAYS, *board.cpu_require))
    use = _bits(board.cpu_use)
    return PLAN.pack(
        magic=PLAN_MAGIC,
        size=form.size,
        abi_version=ABI_VERSION,
        core_count=where.cores,
        partition_count=where.partitions,
        schedule_count=len(plan.schedules),
        window_count=where.windows,
        restore_count=counts["restore_count"],
        region_count=counts["region_count"],
        stream_count=where.streams,
        partitions=form.partitions,
        schedules=form.schedules,
        lanes=form.lanes,
        windows=form.windows,
        restores=form.restores,
        regions=form.regions,
        name=plan.name,
        board=board.name,
        streams=ring_address(where.ring(0)),
        idle_root=idle_root,
        tsc_hz=board.tsc.frequency_hz,
        tsc_tolerance_ppm=board.tsc.tolerance_ppm,
        tsc_verify=VERIFIES.index(board.tsc.verify),
        tsc_else=TSC_ELSE.index(board.tsc.otherwise),
        timer=TIMERS.index(board.timer),
        cpu_required=required,
        cpu_use=use,
        xcr0=extended_state(board.cpu_use),
        guard_ns=plan.guard_ns,
        io_write_ns=board.costs.io_write_ns,
        uart_port=uart.ports[0].start,
        uart_divisor=divisor,
        uart_fifo=fifo,
        uart_byte_ns=-(-_BITS_PER_BYTE * 1_000_000_000 // baud),
        exit_port=board.exit_port.at if board.exit_port else 0,
        exit_value=board.exit_port.value if board.exit_port else 0,
    )


def extended_state(use: Sequence[str]) -> int:
    """XCR0: x87 and SSE with `xsave`, AVX with `avx` too; 0 without (SDM 1 13.3)."""
    if "xsave" not in use:
        return 0
    return 7 if "avx" in use else 3


def _bits(names: Sequence[str]) -> int:
    return sum(1 << CPU_FEATURES.index(name) for name in set(names))


def _actions() -> list[int]:
    """The built-in table of partition events: an exception halts, so does what cannot go on; the rest is logged."""
    halting = [*range(_EXCEPTIONS), *_HALTING]
    actions = [int(HealthAction.LOG)] * HEALTH_EVENTS
    for event in halting:
        actions[event] = int(HealthAction.HALT)
    return actions[:FIRST_MODULE_EVENT] + [int(HealthAction.LOG)] * (HEALTH_EVENTS - FIRST_MODULE_EVENT)


def _partitions(where: Addresses, spaces: Sequence[Space], restores: Sequence[Sequence[Restore]]) -> list[bytes]:
    rights = sum(1 << call.number for call in HYPERCALLS)
    actions = _actions()
    records, first = [], 0
    for space, own in zip(spaces, restores, strict=True):
        partition = space.partition
        records.append(
            PARTITION.pack(
                name=partition.name,
                id=partition.id,
                flags=PARTITION_FPU if partition.fpu else 0,
                state=state_address(where.state(partition.id)),
                stream=ring_address(where.ring(1 + partition.id)),
                entry=space.entry,
                stack_top=space.stack_top,
                rights=rights,
                restore_first=first,
                restore_count=len(own),
                actions=list(actions),
            )
        )
        first += len(own)
    return records


def _windows(
    where: Addresses, form: Shape, spaces: Sequence[Space], lanes: Sequence[Sequence[Lane]], root_of: Callable[[str, int], int]
) -> list[bytes]:
    ids = {space.partition.name: space.partition.id for space in spaces}
    return [
        WINDOW.pack(
            at_ns=entry.window.at_ns,
            end_ns=entry.end_ns,
            next_start_ns=entry.next_start_ns,
            next_end_ns=entry.next_end_ns,
            partition=PLAN_BASE + form.partitions + ids[entry.window.partition] * PARTITION.size,
            root=root_of(entry.window.partition, lane.core),
            counters=state_address(where.counters(entry.index)),
            index=entry.index,
            flags=entry.flags,
        )
        for schedule in lanes
        for lane in schedule
        for entry in lane.entries
    ]
