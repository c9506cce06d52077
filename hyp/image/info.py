"""The info page: who the partition is, and the tables in which it finds what it may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hyp.abi.numbers import ABI_VERSION, INFO_MAGIC, PAGE, Direction, Mode, StartCause
from hyp.abi.pages import AREA, EVENT, GATE, INFO, PEER, PORT, SCHEDULE
from hyp.abi.record import Value
from hyp.image.gates import Gates
from hyp.image.grants import peers
from hyp.image.wiring import KINDS, Ends
from hyp.plan.model import Partition, Plan

Listings = Mapping[str, Sequence[bytes]]
"""Packed entries by the table's name in INFO."""


def listings(plan: Plan, partition: Partition, ends: Ends, calls: Gates) -> Listings:
    """All tables but the areas, which have no addresses yet."""
    ports = []
    for port in ends.ports:
        channel = plan.channels[port.channel]
        ports.append(
            PORT.pack(
                name=port.name,
                kind=KINDS[channel.kind],
                direction=port.direction,
                size=channel.size,
                depth=channel.depth,
                event=port.event,
                valid_for=channel.valid_for_ns,
            )
        )
    events = [EVENT.pack(name=name, number=number, direction=Direction.DESTINATION) for name, number in ends.incoming]
    events += [
        EVENT.pack(name=device, number=interrupt.event, direction=Direction.DESTINATION)
        for interrupt in ends.interrupts
        for device in interrupt.line.devices
    ]
    events += [EVENT.pack(name=name, number=number, direction=Direction.SOURCE) for name, number in ends.outgoing]
    return {
        "peers": [PEER.pack(name=name, id=number) for name, number in peers(plan, partition)],
        "ports": ports,
        "events": events,
        "gates": list(_gates(partition, calls)),
        "schedules": [SCHEDULE.pack(name=s.name, id=n) for n, s in enumerate(plan.schedules)],
    }


def _gates(partition: Partition, calls: Gates) -> Iterator[bytes]:
    """What it may call, by number, then what it serves."""
    for number, way in enumerate(calls.ways[partition.name]):
        yield GATE.pack(name=way.gate.name, number=number, direction=Direction.SOURCE)
    for way in calls.served[partition.name]:
        yield GATE.pack(name=way.gate.name, number=way.number, direction=Direction.DESTINATION, callers=len(way.gate.callers))


def info_pages(partition: Partition, areas: Sequence[tuple[str, int, int, int]], listed: Listings) -> bytes:
    """Info page and the tables behind it, in whole pages; an area is (name, base, size, rights)."""
    packed = {"areas": [AREA.pack(name=name, base=base, size=size, access=access) for name, base, size, access in areas], **listed}
    tables: dict[str, Value] = {}
    at = INFO.size
    for name, entries in packed.items():
        tables[name] = {"offset": at, "count": len(entries)}
        at += sum(map(len, entries))
    head = INFO.pack(
        magic=INFO_MAGIC,
        abi_version=ABI_VERSION,
        partition=partition.id,
        name=partition.name,
        start_cause=StartCause.POWER_ON,
        mode_at_start=Mode.COLD_START,
        cold_starts=1,
        args=partition.args,
        **tables,
    )
    data = b"".join((head, *(entry for entries in packed.values() for entry in entries)))
    return data.ljust(-(-len(data) // PAGE) * PAGE, b"\0")
