"""Calls between partitions, in numbers: who calls whom through which gate, who serves without windows, on which cores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hyp.plan.model import Gate, Plan


@dataclass(frozen=True)
class Way:
    """A caller's end of a gate; `number` is the caller's number at the server."""

    gate: Gate
    number: int


@dataclass(frozen=True)
class Gates:
    """By partition, in the plan's order: the gates that it may call, and those that it serves with the number of their first caller."""

    ways: Mapping[str, tuple[Way, ...]]
    served: Mapping[str, tuple[Way, ...]]
    passive: frozenset[str]
    cores: Mapping[str, tuple[int, ...]]


def gates(plan: Plan) -> Gates:
    """Callers are numbered at their server, gate by gate. A partition without windows runs on the cores of its callers."""
    ways: dict[str, list[Way]] = {p.name: [] for p in plan.partitions}
    served: dict[str, list[Way]] = {p.name: [] for p in plan.partitions}
    cores = {p.name: {w.core for s in plan.schedules for w in s.windows if w.partition == p.name} for p in plan.partitions}
    passive = frozenset(name for name, own in cores.items() if not own)
    for gate in plan.gates:
        before = served[gate.server]
        number = before[-1].number + len(before[-1].gate.callers) if before else 0
        before.append(Way(gate, number))
        for place, caller in enumerate(gate.callers):
            ways[caller].append(Way(gate, number + place))
    for _ in plan.gates:  # a call leads at most once through each gate, for there are no cycles
        for gate in plan.gates:
            if gate.server in passive:
                cores[gate.server].update(*(cores[caller] for caller in gate.callers))
    return Gates(
        {name: tuple(own) for name, own in ways.items()},
        {name: tuple(own) for name, own in served.items()},
        passive,
        {name: tuple(sorted(own)) for name, own in cores.items()},
    )
