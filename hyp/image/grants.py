"""What partitions may do to others, as bits and rows of bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import Control
from hyp.abi.tables import GRANT_HEALTH_READ, GRANT_MODULE_COLD, GRANT_MODULE_HALT, GRANT_MODULE_WARM, GRANT_TRACE_READ
from hyp.plan.model import Grants, Partition, Plan

_MODULE = {"warm_restart": GRANT_MODULE_WARM, "cold_restart": GRANT_MODULE_COLD, "halt": GRANT_MODULE_HALT}
_OWN = sum(1 << operation for operation in Control)
"""Everything may be done to oneself."""


@dataclass(frozen=True)
class Rows:
    """Rows of one byte per partition, laid over each other where they agree; offsets are in bytes from the start of `data`."""

    data: bytes
    controls: tuple[int, ...]


def grant_bits(grants: Grants) -> int:
    """GRANT_*."""
    bits = (GRANT_HEALTH_READ if grants.health_log else 0) | (GRANT_TRACE_READ if grants.trace else 0)
    return bits | sum(_MODULE[word] for word in set(grants.module))


def schedule_bits(plan: Plan, grants: Grants) -> int:
    """Bit n: schedule n may be asked for."""
    return sum(1 << n for n, schedule in enumerate(plan.schedules) if schedule.name in grants.schedules)


def hypercall_rights(grants: Grants) -> int:
    """Bit n: hypercall n may be made. Calls that no grant opens for this partition are closed at the entry already."""
    closed = set()
    if not grants.health_log:
        closed |= {"health_read", "health_status"}
    if not grants.trace:
        closed.add("trace_read")
    if not grants.module:
        closed.add("module_control")
    if not grants.schedules:
        closed.add("schedule_switch")
    return sum(1 << call.number for call in HYPERCALLS if call.name not in closed)


def peers(plan: Plan, partition: Partition) -> list[tuple[str, int]]:
    """(name, id) of what the partition may name: itself, the targets of its grants, and whom the health log is about."""
    granted = {name for name, operations in partition.grants.partitions.items() if operations}
    return [(p.name, p.id) for p in plan.partitions if p.name == partition.name or p.name in granted or partition.grants.health_log]


def rows(plan: Plan) -> Rows:
    """All rows. A row that occurs anywhere in those before it is not stored again: the rows of partitions without
    grants differ only in their own place, so one run of zeros with one byte in its middle serves all of them."""
    count = len(plan.partitions)
    data = bytearray(bytes(count - 1) + bytes((_OWN,)) + bytes(count - 1))

    def place(row: bytes) -> int:
        at = data.find(row)
        if at < 0:
            at = len(data)
            data.extend(row)
        return at

    controls = tuple(place(_control_row(plan.partitions, partition)) for partition in plan.partitions)
    return Rows(bytes(data), controls)


def _control_row(partitions: Sequence[Partition], own: Partition) -> bytes:
    return bytes(_OWN if p.id == own.id else _operations(own.grants.partitions, p.name) for p in partitions)


def _operations(granted: Mapping[str, Sequence[str]], target: str) -> int:
    return sum(1 << Control[word.upper()] for word in set(granted.get(target, ())))
