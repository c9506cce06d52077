"""The manifest of a finished image: everything that runners, auditors and tools may want to know, in plain values."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, cast

from hyp import __version__
from hyp.abi.numbers import ABI_VERSION, PAGE
from hyp.abi.state import HEALTH_RECORDS
from hyp.image.addresses import Addresses, depth, stride
from hyp.image.frames import Frames
from hyp.image.layout import Layout, Placed
from hyp.image.manifest import (
    MANIFEST_VERSION,
    AreaEntry,
    BoardEntry,
    ChannelEntry,
    CoreEntry,
    Extent,
    Manifest,
    MemoryEntry,
    MonitorEntry,
    PartitionEntry,
    ProofEntry,
    ResetEntry,
    ScheduleEntry,
    SharedEntry,
    TraceEntry,
    WindowEntry,
)
from hyp.image.pages import CORE_BYTES
from hyp.image.roots import Roots
from hyp.image.timetable import Lane
from hyp.image.uarts import byte_window_ns, mark_fields
from hyp.plan.model import Board, Device, Plan, Range

KERNEL_ELF = "elf/kernel.elf"
IMAGE_ELF = "image.elf"


@dataclass(frozen=True)
class Parts:
    """What the image was made of. `frames` is what was left of the RAM."""

    plan: Plan
    where: Addresses
    layout: Layout
    lanes: tuple[tuple[Lane, ...], ...]
    roots: Roots
    tables: Range
    frames: Frames


def describe(parts: Parts, data: bytes) -> Manifest:
    """The manifest of image.elf's bytes `data`."""
    plan, layout, where = parts.plan, parts.layout, parts.where
    uart = plan.board.devices[plan.console.uart]
    return {
        "version": MANIFEST_VERSION,
        "hyp": __version__,
        "abi_version": ABI_VERSION,
        "plan": plan.name,
        "plan_file": plan.file.name,
        "image": {"file": IMAGE_ELF, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "entry": layout.kernel.entry},
        "kernel": {
            "elf": KERNEL_ELF,
            "sha256": layout.kernel.sha256,
            "text_bytes": layout.kernel.text_bytes,
            "rodata_bytes": layout.kernel.rodata_bytes,
        },
        "board": _board(plan.board),
        "guard_ns": plan.guard_ns,
        "console": {
            "uart": uart.name,
            "port": uart.ports[0].start,
            "mode": plan.console.mode,
            "baud": plan.console.baud,
            "fifo": uart.fifo or 1,
            "ring": layout.rings.start + where.ring(0),
        },
        "trace": _trace(plan),
        "monitor": _monitor(plan),
        "cores": [_core(parts, core) for core in range(where.cores)],
        "partitions": [_partition(parts, placed) for placed in layout.partitions],
        "schedules": [
            ScheduleEntry(name=s.name, major_frame_ns=s.major_frame_ns, windows=_windows(parts, lanes))
            for s, lanes in zip(plan.schedules, parts.lanes, strict=True)
        ],
        "channels": _channels(parts),
        "gates": [
            {"name": gate.name, "callers": list(gate.callers), "server": gate.server, "when_busy": gate.when_busy} for gate in plan.gates
        ],
        "shared": [
            SharedEntry(name=one.name, physical=at.start, size=at.size, access=dict(sorted(one.access.items())), cache=one.cache)
            for one, at in zip(plan.shared, layout.shared.values(), strict=True)
        ],
        "expected": {name: list(events) for name, events in sorted(plan.expected.items())},
        "memory": _memory(parts),
    }


def _trace(plan: Plan) -> TraceEntry | None:
    if plan.trace is None or plan.trace.uart is None:
        return None
    return {"uart": plan.trace.uart, "baud": plan.trace.baud, "detail": plan.trace.detail, "events": list(plan.trace.events)}


def _monitor(plan: Plan) -> MonitorEntry | None:
    monitor = plan.monitor
    if monitor is None:
        return None
    fields = mark_fields(plan)
    return {
        "lines": monitor.lines,
        "device": monitor.device,
        "port": fields["mark_port"],
        "lead_ns": fields["mark_lead_ns"],
        "byte_ns": byte_window_ns(plan),
        "baud": monitor.baud,
        "clock_hz": monitor.clock_hz,
        "accuracy_ppm": monitor.accuracy_ppm,
        "jitter_ns": monitor.jitter_ns,
        "filter_ns": monitor.filter_ns,
        "silence_ns": monitor.silence_ns,
        "drift_frames": monitor.drift_frames,
        "host_baud": monitor.host_baud,
        "reset": None if monitor.reset is None else cast(ResetEntry, asdict(monitor.reset)),
        "proof": None if monitor.proof is None else cast(ProofEntry, asdict(monitor.proof)),
    }


def _extent(extent: Range) -> Extent:
    return {"start": extent.start, "size": extent.size}


def _board(board: Board) -> BoardEntry:
    return {
        "name": board.name,
        "status": board.status,
        "tsc_hz": board.tsc.frequency_hz,
        "command_line": board.command_line,
        "exit_port": {"at": board.exit_port.at, "value": board.exit_port.value} if board.exit_port else None,
        "release_tolerance_ns": board.costs.release_tolerance_ns,
        "ram": [_extent(r) for r in board.ram],
        "devices": {name: _device(device) for name, device in sorted(board.devices.items())},
        "emulator": {name: dict(sorted(values.items())) for name, values in sorted(board.emulator.items())},
    }


def _device(device: Device) -> dict[str, Any]:
    ranges = {"ports": [_extent(r) for r in device.ports], "mmio": [_extent(r) for r in device.mmio]}
    return {"kind": device.kind, "irq": device.irq, "bus_master": device.bus_master, **ranges}


def _core(parts: Parts, core: int) -> CoreEntry:
    layout, where = parts.layout, parts.where
    buffers = layout.buffers.start - where.rings_size
    return {
        "id": core,
        "state": layout.cores.start + core * CORE_BYTES,
        "trace_ring": buffers + where.trace_ring(core),
        "trace_records": where.trace_records,
        "health_ring": buffers + where.health_ring(core),
        "health_records": HEALTH_RECORDS,
    }


def _partition(parts: Parts, placed: Placed) -> PartitionEntry:
    space, layout, where = placed.space, parts.layout, parts.where
    partition = space.partition
    roots = {str(core): parts.tables.start + n * PAGE for (name, core), n in parts.roots.partitions.items() if name == partition.name}
    areas = [
        AreaEntry(name=a.area.name, virtual=a.area.virtual, physical=a.physical, size=a.area.size, access=a.area.access, cache=a.area.cache)
        for a in sorted(placed.areas, key=lambda a: a.area.virtual)
    ]
    return {
        "id": partition.id,
        "name": partition.name,
        "elf": f"elf/{partition.name}.elf",
        "entry": space.entry,
        "fpu": partition.fpu,
        "roots": roots,
        "state": layout.states.start + where.state(partition.id),
        "ring": layout.rings.start + where.ring(1 + partition.id),
        "input": layout.rings.start + where.ring(where.input(partition.id)),
        "areas": areas,
        "memory_bytes": space.memory_bytes,
        "devices": list(partition.devices),
        "dma": list(partition.dma),
    }


def _channels(parts: Parts) -> list[ChannelEntry]:
    layout, where = parts.layout, parts.where
    return [
        {
            "name": channel.name,
            "kind": channel.kind,
            "size": channel.size,
            "depth": depth(channel),
            "stride": stride(channel),
            "source": ".".join(channel.source),
            "destinations": [".".join(destination) for destination in channel.destinations],
            "state": layout.states.start + where.channel(n),
            "slots": layout.buffers.start - where.rings_size + where.slots(n),
        }
        for n, channel in enumerate(parts.plan.channels)
    ]


def _windows(parts: Parts, lanes: tuple[Lane, ...]) -> list[WindowEntry]:
    entries: list[WindowEntry] = [
        {
            "index": entry.index,
            "position": entry.position,
            "core": lane.core,
            "partition": entry.window.partition,
            "at_ns": entry.window.at_ns,
            "for_ns": entry.window.for_ns,
            "counters": parts.layout.states.start + parts.where.counters(entry.index),
        }
        for lane in lanes
        for entry in lane.entries
    ]
    return sorted(entries, key=lambda entry: entry["position"])


def _memory(parts: Parts) -> MemoryEntry:
    layout = parts.layout
    kernel = layout.kernel.end - layout.kernel.start
    maps = layout.bitmaps.values()
    common = (layout.blob, layout.states, layout.cores, layout.tss, layout.ports, layout.rings, layout.buffers, parts.tables, *maps)
    together = sum(r.size for r in (*common, *layout.shared.values()))
    own = sum(p.context.size + sum(a.area.size for a in p.areas if a.area.own) for p in layout.partitions)
    return {"used": kernel + together + own, "free": parts.frames.free, "largest_free": _extent(parts.frames.largest)}
