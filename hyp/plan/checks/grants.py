"""Checks of `grants:` and `system:`."""

from __future__ import annotations

from hyp.plan.checks.lookup import entry, find_partition, find_schedule
from hyp.plan.draft import Draft
from hyp.plan.rights_language import EVERYONE


def system_excludes_grants(draft: Draft) -> None:
    """A partition has `system: true` or `grants:`, not both."""
    for partition in draft.partitions:
        if partition.system and partition.grants is not None:
            path = (*partition.path, "grants")
            message = f"`{partition.name}` has `system: true`, which grants everything, and `grants:`"
            related = [((*partition.path, "system"), "this grants everything")]
            draft.report.add("GRT001", path, message, "remove one of the two", key=True, related=related)


def granted_partitions_exist(draft: Draft) -> None:
    """Grants name partitions of the plan, or `*`."""
    for partition in draft.partitions:
        for name in partition.grants.partitions if partition.grants is not None else ():
            if name != EVERYONE:
                find_partition(draft, name, (*partition.path, "grants", "partitions", name), key=True)


def granted_schedules_exist(draft: Draft) -> None:
    """Grants name schedules of the plan."""
    for partition in draft.partitions:
        path = (*partition.path, "grants", "schedules")
        for index, name in enumerate(partition.grants.schedules if partition.grants is not None else ()):
            find_schedule(draft, name, entry(draft, path, index))


def grants_are_of_use(draft: Draft) -> None:
    """A grant gives something that the partition would not have without it (warning): not on itself, not on the only schedule."""
    for partition in draft.partitions:
        grants, path = partition.grants, (*partition.path, "grants")
        if grants is None or not draft.report.ok(path):
            continue
        if partition.name in grants.partitions:
            message = f"`{partition.name}` needs no grant on itself: it may do everything to itself"
            draft.report.add("GRT002", (*path, "partitions", partition.name), message, "remove it", key=True)
        if EVERYONE in grants.partitions and len(draft.names) == 1:
            message = f'`"*"` grants nothing: `{partition.name}` is the only partition'
            draft.report.add("GRT002", (*path, "partitions", EVERYONE), message, "remove it", key=True)
        for name, operations in grants.partitions.items():
            if not operations:
                draft.report.add("GRT002", (*path, "partitions", name), f"the grant on `{name}` lists no operation", "remove it", key=True)
        if grants.schedules and len(draft.schedule_names) == 1:
            message = f"the grant of `{grants.schedules[0]}` is of no use: it is the only schedule"
            draft.report.add("GRT002", (*path, "schedules"), message, "remove it", key=True)
