"""The blob's records of partitions, of what connects them, and of what follows health events (hyp/abi/tables.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from hyp.abi.gate_tables import GATE, GATE_HELP, GATE_SLOW, GATE_WAIT, SERVES_IN_WINDOWS, SERVES_NOBODY, SERVES_PASSIVE
from hyp.abi.numbers import Control, Direction, HealthAction, PortKind
from hyp.abi.state import CHANNEL_STATE, READER_STATE
from hyp.abi.tables import (
    CHANNEL,
    HEALTH,
    IRQ,
    LISTENER,
    PARTITION,
    PARTITION_FPU,
    PARTITION_IRQ,
    PARTITION_NO_TSC,
    PORT,
    PORT_DESTINATION,
    RESTORE,
    SCHEDULE,
    SWITCH,
)
from hyp.image.addresses import depth, ring_address, state_address, stride
from hyp.image.gates import Gates
from hyp.image.grants import grant_bits, hypercall_rights, schedule_bits
from hyp.image.shape import Facts, Shape
from hyp.image.space import Space
from hyp.image.wiring import KINDS, Listener, Port
from hyp.plan.model import HealthAction as Action
from hyp.plan.model import Partition, Plan

RootOf = Callable[[str, int], int]
"""Physical address of a partition's PML4 on a core."""

_ALWAYS = (1 << 64) - 1


def partitions(known: Facts, form: Shape, spaces: Sequence[Space], restores: Sequence[int], root_of: RootOf) -> list[bytes]:
    """partition_plan[]; `restores` are how many each partition has."""
    where, ends, calls = known.where, known.wiring.partitions, known.gates
    firsts = zip(
        _firsts(restores),
        _firsts(len(own.ports) for own in ends),
        _firsts(len(own.raises) for own in ends),
        _firsts(len(own.entries) for own in known.health),
        _firsts(len(own.interrupts) for own in ends),
        _firsts(len(calls.ways[p.name]) for p in known.plan.partitions),
        strict=False,  # each has the total at its end
    )
    records = []
    for space, (restore_first, port_first, event_first, health_first, irq_first, gate_first) in zip(spaces, firsts, strict=False):
        partition = space.partition
        n, name = partition.id, partition.name
        records.append(
            PARTITION.pack(
                name=name,
                id=n,
                flags=_flags(partition, interrupts=bool(ends[n].interrupts)),
                state=state_address(where.state(n)),
                stream=ring_address(where.ring(1 + n)),
                input=ring_address(where.ring(where.input(n))),
                console_ns=partition.console_ns,
                console_bytes=partition.console_bytes,
                entry=space.entry,
                stack_top=space.stack_top,
                rights=hypercall_rights(partition.grants),
                restores=form.address(form.restores, RESTORE, restore_first),
                restore_count=restores[n],
                ports=form.address(form.ports, PORT, port_first),
                port_count=len(ends[n].ports),
                events=form.address(form.events, LISTENER, event_first),
                event_count=len(ends[n].raises),
                event_base=ends[n].event_base,
                grants=grant_bits(partition.grants),
                controls=form.row_address(known.rows.controls[n]),
                health=form.address(form.health, HEALTH, health_first),
                schedule_grants=schedule_bits(known.plan, partition.grants),
                watchdog_ns=partition.watchdog_ns,
                irq_first=irq_first,
                irq_count=len(ends[n].interrupts),
                gates=form.address(form.gates, GATE, gate_first),
                gate_count=len(calls.ways[name]),
                serves=_serves(calls, name),
                root=root_of(name, calls.cores[name][0]),
                actions=list(known.health[n].actions),
            )
        )
    return records


def ports(known: Facts, form: Shape) -> Iterator[bytes]:
    """port_plan[], partition by partition."""
    for n, ends in enumerate(known.wiring.partitions):
        received = 0
        for port in ends.ports:
            state = 0
            if port.direction is Direction.DESTINATION:
                state = state_address(known.where.port(n, received))
                received += 1
            use = KINDS[known.plan.channels[port.channel].kind] + (PORT_DESTINATION if state else 0)
            reading = _reading(known, port) if use == PortKind.SAMPLING | PORT_DESTINATION else 0
            yield PORT.pack(channel=form.address(form.channels, CHANNEL, port.channel), state=state, reading=reading, use=use)


def channels(known: Facts, form: Shape) -> Iterator[bytes]:
    """channel_plan[], in the plan's order."""
    firsts = _firsts(map(len, known.wiring.listeners))
    for n, (channel, first) in enumerate(zip(known.plan.channels, firsts, strict=False)):
        yield CHANNEL.pack(
            kind=KINDS[channel.kind],
            depth=depth(channel),
            size=channel.size,
            stride=stride(channel),
            slots=ring_address(known.where.slots(n)),
            state=state_address(known.where.channel(n)),
            valid_ns=channel.valid_for_ns or _ALWAYS,
            listeners=form.address(form.listeners, LISTENER, first),
            reader_count=len(channel.destinations),
            own_reader=int(any(owner == channel.source[0] for owner, _ in channel.destinations)),
            reader_bytes=len(channel.destinations) * READER_STATE.size,
        )


def _reading(known: Facts, port: Port) -> int:
    return state_address(known.where.channel(port.channel)) + CHANNEL_STATE.offsets["readers"] + port.reader * READER_STATE.size


def listeners(known: Facts, groups: Iterable[Iterable[Listener]]) -> list[bytes]:
    """listener_plan[]."""
    return [
        LISTENER.pack(state=state_address(known.where.state(one.partition)), event=one.event, partition=one.partition)
        for group in groups
        for one in group
    ]


def health(known: Facts) -> Iterator[bytes]:
    """health_plan[], partition by partition, then the module's."""
    limited = 0
    for own in known.health:
        for rule in own.entries:
            action, schedule = _action(known.plan, rule.action)
            then, then_schedule = _action(known.plan, rule.then or rule.action)
            times = 0
            if rule.limit:
                times = ring_address(known.where.instants(limited))
                limited += 1
            yield HEALTH.pack(
                action=action,
                schedule=schedule,
                then=then,
                then_schedule=then_schedule,
                window_ns=rule.within_ns,
                times=times,
                limit=rule.limit,
            )


def irqs(known: Facts) -> Iterator[bytes]:
    """irq_plan[], partition by partition."""
    for n, ends in enumerate(known.wiring.partitions):
        for one in ends.interrupts:
            yield IRQ.pack(partition=n, event=one.event, line=one.line.number, level=int(one.line.level))


def gates(known: Facts, form: Shape, root_of: RootOf) -> Iterator[bytes]:
    """gate_plan[], partition by partition."""
    plan, cores = known.plan, known.gates.cores
    by_name = {p.name: p for p in plan.partitions}
    traced = plan.trace is not None and "gate" in plan.trace.events
    for caller in plan.partitions:
        for way in known.gates.ways[caller.name]:
            server = by_name[way.gate.server]
            slow = traced or caller.fpu or server.fpu or caller.tsc != server.tsc
            yield GATE.pack(
                server=form.address(form.partitions, PARTITION, server.id),
                state=state_address(known.where.state(server.id)),
                root=root_of(server.name, cores[caller.name][0]),
                caller=way.number,
                flags=(GATE_SLOW if slow else 0) | {"refuse": 0, "wait": GATE_WAIT, "help": GATE_HELP}[way.gate.when_busy],
            )


def _serves(calls: Gates, name: str) -> int:
    """SERVES_*."""
    if not calls.served[name]:
        return SERVES_NOBODY
    return SERVES_PASSIVE if name in calls.passive else SERVES_IN_WINDOWS


def schedules(known: Facts, form: Shape) -> list[bytes]:
    """schedule_plan[], in the plan's order."""
    firsts = _firsts(len(s.on_switch) for s in known.plan.schedules)
    return [
        SCHEDULE.pack(
            name=s.name,
            major_frame_ns=s.major_frame_ns,
            min_dwell_ns=s.min_dwell_ns,
            switches=form.address(form.switches, SWITCH, first),
            switch_count=len(s.on_switch),
        )
        for s, first in zip(known.plan.schedules, firsts, strict=False)
    ]


def switches(known: Facts) -> Iterator[bytes]:
    """switch_plan[], schedule by schedule."""
    ids = {p.name: p.id for p in known.plan.partitions}
    for schedule in known.plan.schedules:
        for name, word in sorted(schedule.on_switch.items()):
            yield SWITCH.pack(state=state_address(known.where.state(ids[name])), operation=Control[word.upper()])


def _flags(partition: Partition, *, interrupts: bool) -> int:
    """PARTITION_*."""
    flags = ((partition.fpu, PARTITION_FPU), (interrupts, PARTITION_IRQ), (not partition.tsc, PARTITION_NO_TSC))
    return sum(bit for has, bit in flags if has)


def _action(plan: Plan, action: Action) -> tuple[int, int]:
    """HYP_ACTION_* and the schedule that it names, 0 when it names none."""
    if action.schedule is None:
        return HealthAction[action.word.upper()], 0
    return HealthAction.SWITCH_SCHEDULE, [s.name for s in plan.schedules].index(action.schedule)


def _firsts(counts: Iterable[int]) -> tuple[int, ...]:
    """Index of each group's first record, and the total."""
    return tuple(accumulate(counts, initial=0))
