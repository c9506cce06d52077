"""Health tables: what follows each event, as one byte where that suffices and as an entry of a table where it does not."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.abi.numbers import FIRST_MODULE_EVENT, HEALTH_EVENTS, HealthAction, HealthEvent
from hyp.abi.tables import HEALTH_TABLE
from hyp.plan.model import HealthRule, Partition, Plan

MODULE_EVENTS = HEALTH_EVENTS - FIRST_MODULE_EVENT
_EXCEPTIONS = 32
_HALTING = {HealthEvent.MEMORY_VIOLATION, HealthEvent.NESTED_FAULT, HealthEvent.INTEGRITY, HealthEvent.WATCHDOG}
_MODULE_HALTING = {HealthEvent.INTERNAL_ERROR, HealthEvent.MACHINE_CHECK}


@dataclass(frozen=True)
class PartitionHealth:
    """`actions` by event: HYP_ACTION_*, or HEALTH_TABLE + place in `entries`."""

    actions: tuple[int, ...]
    entries: tuple[HealthRule, ...]


def partition_health(partition: Partition) -> PartitionHealth:
    """The partition's rules over the built-in table: an exception halts, so does what cannot go on; the rest is logged."""
    actions = [int(HealthAction.HALT)] * _EXCEPTIONS + [int(HealthAction.LOG)] * (HEALTH_EVENTS - _EXCEPTIONS)
    for event in _HALTING:
        actions[event] = int(HealthAction.HALT)
    entries: list[HealthRule] = []
    for name, rule in sorted(partition.health.items()):
        event = HealthEvent[name.upper()]
        if rule.limit or rule.action.schedule is not None:
            actions[event] = HEALTH_TABLE + len(entries)
            entries.append(rule)
        else:
            actions[event] = int(HealthAction[rule.action.word.upper()])
    return PartitionHealth(tuple(actions), tuple(entries))


def module_actions(plan: Plan) -> list[int]:
    """HYP_ACTION_* by module event from FIRST_MODULE_EVENT on: the plan's over the built-in ones."""
    actions = [int(HealthAction.LOG)] * MODULE_EVENTS
    for event in _MODULE_HALTING:
        actions[event - FIRST_MODULE_EVENT] = int(HealthAction.HALT)
    for name, word in plan.module_health.items():
        actions[HealthEvent[name.upper()] - FIRST_MODULE_EVENT] = int(HealthAction[word.upper()])
    return actions


def event_names() -> list[str]:
    """What the kernel prints, by number; double fault and machine check are exceptions that only end the kernel."""
    names = ["exception"] * HEALTH_EVENTS
    for event in HealthEvent:
        names[event] = event.name.lower()
    names[8], names[18] = "double_fault", "machine_check"
    return names


def limits(plan: Plan) -> tuple[int, ...]:
    """The limits of all entries that have one, in the order of the health table."""
    return tuple(rule.limit for p in plan.partitions for rule in partition_health(p).entries if rule.limit)
