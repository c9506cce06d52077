"""Health tables: what follows each event, as one byte where that suffices and as an entry of a table where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hyp.abi.numbers import FIRST_MODULE_EVENT, HEALTH_EVENTS, HealthAction, HealthEvent
from hyp.abi.tables import HEALTH_TABLE
from hyp.plan.model import HealthRule, Partition, Plan

MODULE_EVENTS = HEALTH_EVENTS - FIRST_MODULE_EVENT
_EXCEPTIONS = 32
_HALTING = {HealthEvent.MEMORY_VIOLATION, HealthEvent.NESTED_FAULT, HealthEvent.INTEGRITY, HealthEvent.WATCHDOG}
_MODULE_HALTING = {HealthEvent.INTERNAL_ERROR, HealthEvent.MACHINE_CHECK}


@dataclass(frozen=True)
class Health:
    """`actions` by event, of the module from FIRST_MODULE_EVENT on: HYP_ACTION_*, or HEALTH_TABLE + place in `entries`."""

    actions: tuple[int, ...]
    entries: tuple[HealthRule, ...]


def partition_health(partition: Partition) -> Health:
    """The partition's rules over the built-in table: an exception halts, so does what cannot go on; the rest is logged."""
    actions = [int(HealthAction.HALT)] * _EXCEPTIONS + [int(HealthAction.LOG)] * (HEALTH_EVENTS - _EXCEPTIONS)
    for event in _HALTING:
        actions[event] = int(HealthAction.HALT)
    return _with_rules(actions, 0, partition.health)


def module_health(plan: Plan) -> Health:
    """The module's rules over the built-in ones: the kernel's own fault and the CPU's halt, the rest is logged."""
    actions = [int(HealthAction.LOG)] * MODULE_EVENTS
    for event in _MODULE_HALTING:
        actions[event - FIRST_MODULE_EVENT] = int(HealthAction.HALT)
    return _with_rules(actions, FIRST_MODULE_EVENT, plan.module_health)


def _with_rules(builtin: Sequence[int], first: int, rules: Mapping[str, HealthRule]) -> Health:
    """`builtin` begins with event `first`."""
    actions = list(builtin)
    entries: list[HealthRule] = []
    for name, rule in sorted(rules.items()):
        place = HealthEvent[name.upper()] - first
        if rule.limit or rule.action.schedule is not None:
            actions[place] = HEALTH_TABLE + len(entries)
            entries.append(rule)
        else:
            actions[place] = int(HealthAction[rule.action.word.upper()])
    return Health(tuple(actions), tuple(entries))


def event_names() -> list[str]:
    """What the kernel prints, by number; double fault and machine check are exceptions that only end the kernel."""
    names = ["exception"] * HEALTH_EVENTS
    for event in HealthEvent:
        names[event] = event.name.lower()
    names[8], names[18] = "double_fault", "machine_check"
    return names


def healths(plan: Plan) -> tuple[Health, ...]:
    """The partitions', by id, then the module's: the order of the health table."""
    return *map(partition_health, plan.partitions), module_health(plan)


def limits(plan: Plan) -> tuple[int, ...]:
    """The limits of all entries that have one, in the order of the health table."""
    return tuple(rule.limit for own in healths(plan) for rule in own.entries if rule.limit)
