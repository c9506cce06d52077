"""Who is connected to whom, in numbers: port numbers, event numbers, places among readers. No addresses yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hyp.abi.numbers import EVENT_FIRST, EVENT_WORDS, Direction, PortKind
from hyp.image.devices import Line, lines_of
from hyp.plan.model import Channel, Plan

_EVENTS_MAX = 64 * EVENT_WORDS
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
class Interrupt:
    """An interrupt line, which is event number `event` of its owner under the name of each device on it."""

    line: Line
    event: int


@dataclass(frozen=True)
class Ends:
    """All that one partition is connected to. An event is (name, the partition's own number of it); `raises` is by outgoing event."""

    ports: tuple[Port, ...]
    incoming: tuple[tuple[str, int], ...]
    interrupts: tuple[Interrupt, ...]
    outgoing: tuple[tuple[str, int], ...]
    raises: tuple[Listener, ...]

    @property
    def event_base(self) -> int:
        """Number of the first outgoing event, also when there is none."""
        return EVENT_FIRST + len(self.ports) + len(self.incoming) + len(self.interrupts)

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
    """Numbers ports in the order of the channels, source before destinations; events: ports', incoming ones, interrupts, outgoing ones.

    ValueError when a partition has more of them than numbers, which the plan's checks rule out.
    """
    ids = {p.name: p.id for p in plan.partitions}
    ports: dict[str, list[Port]] = {name: [] for name in ids}
    listeners = []
    for n, channel in enumerate(plan.channels):
        told = []
        for owner, name, direction, reader in _ends(channel):
            own = ports[owner]
            own.append(Port(name, n, direction, reader, EVENT_FIRST + len(own)))
            told.append(Listener(ids[owner], own[-1].event))
        writer, *readers = told
        listeners.append((*readers, writer) if channel.kind == "queuing" else tuple(readers))
    incoming: dict[str, list[tuple[str, int]]] = {name: [] for name in ids}
    raised: dict[str, list[tuple[str, Listener]]] = {name: [] for name in ids}
    for event in plan.events:
        received = incoming[event.destination]
        number = EVENT_FIRST + len(ports[event.destination]) + len(received)
        received.append((event.name, number))
        raised[event.source].append((event.name, Listener(ids[event.destination], number)))
    ends = []
    for partition in plan.partitions:
        name = partition.name
        first = EVENT_FIRST + len(ports[name]) + len(incoming[name])
        interrupts = tuple(Interrupt(line, first + n) for n, line in enumerate(lines_of(plan, partition)))
        first += len(interrupts)
        if first + len(raised[name]) > _EVENTS_MAX:
            raise ValueError(f"partition {name} needs {first + len(raised[name])} event numbers and there are {_EVENTS_MAX}")
        outgoing = tuple((event, first + n) for n, (event, _) in enumerate(raised[name]))
        raises = tuple(one for _, one in raised[name])
        ends.append(Ends(tuple(ports[name]), tuple(incoming[name]), interrupts, outgoing, raises))
    return Wiring(tuple(ends), tuple(listeners))


def _ends(channel: Channel) -> Iterator[tuple[str, str, Direction, int]]:
    yield (*channel.source, Direction.SOURCE, 0)
    for reader, destination in enumerate(channel.destinations):
        yield (*destination, Direction.DESTINATION, reader)
