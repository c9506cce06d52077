"""The plan blob: its head, windows and all other tables put together (hyp/abi/tables.py)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence

from hyp.abi.numbers import ABI_VERSION, HealthAction, Trace
from hyp.abi.tables import (
    CHANNEL,
    CONSOLE_MODES,
    FEATURE,
    HEALTH,
    IRQ,
    LANE,
    NO_IRQ,
    PARTITION,
    PLAN,
    PLAN_MAGIC,
    REGION,
    RESTORE,
    SCHEDULE,
    TIMERS,
    TSC_ELSE,
    VERIFIES,
    WINDOW,
)
from hyp.image import records
from hyp.image.addresses import ring_address, state_address
from hyp.image.cpu import extended_state, features
from hyp.image.health import event_names
from hyp.image.layout import Restore
from hyp.image.shape import Facts, Shape
from hyp.image.space import Space
from hyp.image.timetable import Lane
from hyp.image.uarts import line, mark_fields, mark_of, mark_setup, trace_fields
from hyp.plan.model import Range

_CHECKED_FROM = 16


def pack(
    known: Facts,
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

    def put(offset: int, parts: Iterable[bytes]) -> None:
        data = b"".join(parts)
        blob[offset : offset + len(data)] = data

    put(form.partitions, records.partitions(known, form, spaces, [len(own) for own in restores], root_of))
    put(form.schedules, records.schedules(known, form))
    put(form.switches, records.switches(known))
    put(form.lanes, [LANE.pack(first=lane.first, count=len(lane.entries)) for schedule in lanes for lane in schedule])
    put(form.windows, _windows(known, form, lanes, root_of))
    put(form.restores, [_restore(r) for own in restores for r in own])
    put(form.regions, [REGION.pack(start=r.start, end=r.end) for r in regions])
    put(form.ports, records.ports(known, form))
    put(form.channels, records.channels(known, form))
    put(form.listeners, records.listeners(known, known.wiring.listeners))
    put(form.events, records.listeners(known, (ends.raises for ends in known.wiring.partitions)))
    put(form.health, records.health(known))
    put(form.irqs, records.irqs(known))
    put(form.features, [FEATURE.pack(leaf=f.leaf, place=f.register, bits=f.bits, name=f.name) for f in features(known.plan.board)])
    put(form.gates, records.gates(known, form, root_of))
    put(form.rows, [known.rows.data])
    put(0, [_head(known, form, len(regions), idle_root)])
    checksum = zlib.crc32(blob[_CHECKED_FROM:])
    at = PLAN.offsets["checksum"]
    blob[at : at + 4] = checksum.to_bytes(4, "little")
    return bytes(blob)


def _head(known: Facts, form: Shape, regions: int, idle_root: int) -> bytes:
    plan, where = known.plan, known.where
    board = plan.board
    uart = board.devices[plan.console.uart]
    console = line(uart, plan.console.baud)
    return PLAN.pack(
        magic=PLAN_MAGIC,
        size=form.size,
        abi_version=ABI_VERSION,
        core_count=where.cores,
        partition_count=where.partitions,
        schedule_count=len(plan.schedules),
        window_count=where.windows,
        channel_count=len(plan.channels),
        region_count=regions,
        stream_count=where.streams,
        partitions=form.address(form.partitions, PARTITION),
        schedules=form.address(form.schedules, SCHEDULE),
        lanes=form.address(form.lanes, LANE),
        windows=form.address(form.windows, WINDOW),
        regions=form.address(form.regions, REGION),
        channels=form.address(form.channels, CHANNEL),
        irqs=form.address(form.irqs, IRQ),
        features=form.address(form.features, FEATURE),
        feature_count=len(features(board)),
        irq_count=sum(len(ends.interrupts) for ends in known.wiring.partitions),
        module_health=form.address(form.health, HEALTH, sum(len(own.entries) for own in known.health[:-1])),
        module_actions=list(known.health[-1].actions),
        name=plan.name,
        board=board.name,
        streams=ring_address(where.ring(0)),
        idle_root=idle_root,
        tsc_hz=board.tsc.frequency_hz,
        tsc_tolerance_ppm=board.tsc.tolerance_ppm,
        tsc_verify=VERIFIES.index(board.tsc.verify),
        tsc_else=TSC_ELSE.index(board.tsc.otherwise),
        timer=TIMERS.index(board.timer),
        xcr0=extended_state(board.cpu_use),
        guard_ns=plan.guard_ns,
        release_tolerance_ns=board.costs.release_tolerance_ns,
        io_write_ns=board.costs.io_write_ns,
        uart_port=uart.ports[0].start,
        uart_divisor=console.divisor,
        uart_fifo=console.fifo,
        uart_byte_ns=console.byte_ns,
        uart_irq=NO_IRQ if uart.irq is None else uart.irq,
        console_mode=CONSOLE_MODES.index(plan.console.mode),
        console_age_ns=plan.console.age_ns if plan.console.mode == "framed" else 0,
        **trace_fields(plan),
        exit_port=board.exit_port.at if board.exit_port else 0,
        exit_value=board.exit_port.value if board.exit_port else 0,
        event_names=[{"text": name} for name in event_names()],
        action_names=[{"text": action.name.lower()} for action in HealthAction],
        **mark_fields(plan),
        mark_setup=[*mark_setup(plan)],
    )


def _restore(one: Restore) -> bytes:
    return RESTORE.pack(target=one.target, source=one.source, copy=one.copy, zero=one.zero, sum=one.sum)


def _windows(known: Facts, form: Shape, lanes: Sequence[Sequence[Lane]], root_of: Callable[[str, int], int]) -> list[bytes]:
    ids = {partition.name: partition.id for partition in known.plan.partitions}
    return [
        WINDOW.pack(
            at_ns=entry.window.at_ns,
            end_ns=entry.end_ns,
            next_start_ns=entry.next_start_ns,
            next_end_ns=entry.next_end_ns,
            deadline_ns=entry.deadline_ns,
            partition=form.address(form.partitions, PARTITION, ids[entry.window.partition]),
            root=root_of(entry.window.partition, lane.core),
            counters=state_address(known.where.counters(entry.index)),
            started=Trace.WINDOW_START | entry.index << 32,
            index=entry.index,
            flags=entry.flags,
            mark=mark_of(known.plan, entry, first=entry is lane.entries[0]),
        )
        for schedule in lanes
        for lane in schedule
        for entry in lane.entries
    ]
