"""Checks of partitions and of what is expected of them."""

from __future__ import annotations

from hyp.abi.numbers import FIRST_MODULE_EVENT, HealthEvent
from hyp.plan.checks.lookup import find_partition
from hyp.plan.draft import Draft
from hyp.plan.quote import alternatives, nearest, quote

EVENTS = tuple(event.name.lower() for event in HealthEvent if event < FIRST_MODULE_EVENT)
"""Health events that a partition can cause."""
MODULE_EVENTS = tuple(event.name.lower() for event in HealthEvent if event >= FIRST_MODULE_EVENT)


def partition_has_a_window(draft: Draft) -> None:
    """Every partition has a window in some schedule, or serves a gate."""
    windows = [window for schedule in draft.schedules for window in schedule.windows]
    read = len(draft.schedules) == draft.report.spans.count(("schedules",)) and all(schedule.complete for schedule in draft.schedules)
    if not draft.schedules or not read or any(window.partition not in draft.names for window in windows):
        return  # a window in doubt may be the partition's
    if any(gate.server not in draft.names for gate in draft.gates):
        return  # and so may a server
    if not draft.report.ok(("gates",)):
        return  # what only serves a gate needs no window
    named = {window.partition for window in windows} | {gate.server for gate in draft.gates}
    for partition in draft.partitions:
        if partition.name not in named:
            fix = f"add e.g. `- {{partition: {partition.name}, at: 0 ms, for: 1 ms}}` to a schedule, let it serve a gate, or remove it"
            draft.report.add("PAR004", partition.path, f"`{partition.name}` has no window in any schedule", fix, key=True)


def expected_partition_exists(draft: Draft) -> None:
    """`expect.health` names partitions of the plan."""
    for name in draft.expected:
        find_partition(draft, name, ("expect", "health", name), key=True)


def expected_event_exists(draft: Draft) -> None:
    """`expect.health` names health events that a partition can cause."""
    for name, events in draft.expected.items():
        for index, event in enumerate(events):
            if event in EVENTS:
                continue
            meant = nearest(event, EVENTS)
            if event in MODULE_EVENTS:
                message, fix = f"`{event}` is an event of the module, never expected", "remove it"
            else:
                message = f"there is no health event `{quote(event)}` of a partition"
                fix = f"did you mean `{meant}`?" if meant else f"use {alternatives(EVENTS, 40)}"
            path = ("expect", "health", name)
            single = len(events) == 1 and not draft.report.spans.is_list(path)
            draft.report.add("NAM005", path if single else (*path, index), message, fix)
