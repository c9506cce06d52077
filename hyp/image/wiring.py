"""Who is connected to whom, in numbers: port numbers, event numbers, places among readers. No addresses yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hyp.abi.numbers import EVENT_FIRST, EVENT_WORDS, Direction, PortKind
from hyp.image.elf import Fault
from hyp.plan.model import Channel, Partition, Plan

EVENTS_MAX = 64 * EVENT_WORDS
"""Numbers of events, the standard ones included."""
KINDS = {"sampling": PortKind.SAMPLING, "queuing": PortKind.QUEUING}


@dataclass(frozen=True)
class Port:
    """A partition's end of channel number `channel`; `reader` is its place among the readers, 0 for a source."""

    name: str
    channel: int
    direction: Direction
    reader: int
    event: int


@dataclass(frozen=True)
class Listener:
    """Event number `event` of the partition with id `partition`."""

    partition: int
    event: int


@dataclass(frozen=True)
class Ends:
    """All that one partition is connected to. An event is (name, the partition's own number of it); `raises` is by outgoing event."""

    ports: tuple[Port, ...]
    incoming: tuple[tuple[str, int], ...]
    outgoing: tuple[tuple[str, int], ...]
    raises: tuple[Listener, ...]

    @property
    def event_base(self) -> int:
        """Number of the first outgoing event, also when there is none."""
        return EVENT_FIRST + len(self.ports) + len(self.incoming)

    @property
    def event_end(self) -> int:
        return self.event_base + len(self.outgoing)

    @property
    def destinations(self) -> int:
        """Ports that receive."""
        return sum(port.direction is Direction.DESTINATION for port in self.ports)


@dataclass(frozen=True)
class Wiring:
    """`partitions` by id; `listeners` by channel: its readers, then the writer of a queue."""

    partitions: tuple[Ends, ...]
    listeners: tuple[tuple[Listener, ...], ...]


def wiring(plan: Plan) -> Wiring:
    """Numbers ports in the order of the channels, source before destinations; events: ports', then incoming, then outgoing ones."""
    ports: dict[str, list[Port]] = {p.name: [] for p in plan.partitions}
    ids = {p.name: p.id for p in plan.partitions}
    listeners = []
    for n, channel in enumerate(plan.channels):
        told = []
        for owner, name, direction, reader in _ends(channel):
            own = ports[owner]
            own.append(Port(name, n, direction, reader, EVENT_FIRST + len(own)))
            told.append(Listener(ids[owner], own[-1].event))
        writer, *readers = told
        listeners.append((*readers, writer) if channel.kind == "queuing" else tuple(readers))
    incoming = {name: _numbered(plan, name, EVENT_FIRST + len(own)) for name, own in ports.items()}
    numbers = {event: number for own in incoming.values() for event, number in own}
    receivers = {event.name: event.destination for event in plan.events}
    ends = []
    for partition in plan.partitions:
        first = EVENT_FIRST + len(ports[partition.name]) + len(incoming[partition.name])
        names = [event.name for event in plan.events if event.source == partition.name]
        raises = tuple(Listener(ids[receivers[name]], numbers[name]) for name in names)
        outgoing = tuple((name, first + n) for n, name in enumerate(names))
        ends.append(Ends(tuple(ports[partition.name]), incoming[partition.name], outgoing, raises))
    return Wiring(tuple(ends), tuple(listeners))


def has_room(partition: Partition, ends: Ends) -> Fault | None:
    """Every port and event of the partition has a number."""
    if ends.event_end <= EVENTS_MAX:
        return None
    return Fault(
        "PAR101",
        f"partition `{partition.name}` has {ends.event_end - EVENT_FIRST} ports and events and {EVENTS_MAX - EVENT_FIRST} are possible",
        "each has one bit in the control page's words, which have a fixed size",
        "join channels that always change together, or split the partition",
    )


def _ends(channel: Channel) -> Iterator[tuple[str, str, Direction, int]]:
    yield (*channel.source, Direction.SOURCE, 0)
    for reader, destination in enumerate(channel.destinations):
        yield (*destination, Direction.DESTINATION, reader)


def _numbered(plan: Plan, destination: str, first: int) -> tuple[tuple[str, int], ...]:
    names = [event.name for event in plan.events if event.destination == destination]
    return tuple((name, first + n) for n, name in enumerate(names))
