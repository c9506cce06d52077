"""The blob's tables and where each begins: it follows from the plan alone, so that the blob has a place before it has contents."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.gate_tables import GATE
from hyp.abi.record import Record
from hyp.abi.tables import (
    CHANNEL,
    FEATURE,
    HEALTH,
    IRQ,
    LANE,
    LISTENER,
    PARTITION,
    PLAN,
    PLAN_BASE,
    PORT,
    REGION,
    RESTORE,
    SCHEDULE,
    SWITCH,
    WINDOW,
)
from hyp.image.addresses import Addresses, addresses, aligned
from hyp.image.cpu import features
from hyp.image.gates import Gates, gates
from hyp.image.grants import Rows, rows
from hyp.image.health import Health, healths
from hyp.image.wiring import Wiring, wiring
from hyp.plan.model import Plan

REGIONS_MAX = 64
"""Room that the blob keeps for regions: there are at most as many as loadable segments."""


@dataclass(frozen=True)
class Facts:
    """The plan and what follows from it without any file: addresses, numbers, rights, actions.

    `health` are the partitions', by id, and last the module's.
    """

    plan: Plan
    where: Addresses
    wiring: Wiring
    health: tuple[Health, ...]
    rows: Rows
    gates: Gates


def facts(plan: Plan) -> Facts:
    return Facts(plan, addresses(plan), wiring(plan), healths(plan), rows(plan), gates(plan))


@dataclass(frozen=True)
class Shape:
    """Offsets of the blob's tables. `rows` are single bytes: rights over partitions and actions of schedules."""

    partitions: int
    schedules: int
    switches: int
    lanes: int
    windows: int
    restores: int
    regions: int
    ports: int
    channels: int
    listeners: int
    events: int
    health: int
    irqs: int
    features: int
    gates: int
    rows: int
    size: int

    def address(self, table: int, record: Record, index: int = 0) -> int:
        """Kernel virtual address of a record of the table at that offset."""
        return PLAN_BASE + table + index * record.size

    def row_address(self, place: int) -> int:
        """Kernel virtual address of a row of bytes."""
        return PLAN_BASE + self.rows + place


def shape(known: Facts, restores: int) -> Shape:
    """Places the tables one after the other, each at a cache line."""
    plan, where, ends = known.plan, known.where, known.wiring.partitions
    sizes = {
        "partitions": PARTITION.size * where.partitions,
        "schedules": SCHEDULE.size * len(plan.schedules),
        "switches": SWITCH.size * sum(len(s.on_switch) for s in plan.schedules),
        "lanes": LANE.size * len(plan.schedules) * where.cores,
        "windows": WINDOW.size * where.windows,
        "restores": RESTORE.size * restores,
        "regions": REGION.size * REGIONS_MAX,
        "ports": PORT.size * sum(len(own.ports) for own in ends),
        "channels": CHANNEL.size * len(plan.channels),
        "listeners": LISTENER.size * sum(map(len, known.wiring.listeners)),
        "events": LISTENER.size * sum(len(own.raises) for own in ends),
        "health": HEALTH.size * sum(len(own.entries) for own in known.health),
        "irqs": IRQ.size * sum(len(own.interrupts) for own in ends),
        "features": FEATURE.size * len(features(plan.board)),
        "gates": GATE.size * sum(map(len, known.gates.ways.values())),
        "rows": len(known.rows.data),
    }
    offsets, at = {}, aligned(PLAN.size)
    for name, size in sizes.items():
        offsets[name] = at
        at = aligned(at + size)
    return Shape(**offsets, size=at)
