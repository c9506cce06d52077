"""Checks of events and shared areas."""

from __future__ import annotations

from collections import Counter

from hyp.abi.numbers import EVENT_FIRST, EVENT_WORDS, PAGE
from hyp.plan.checks.lookup import find_partition
from hyp.plan.draft import Draft
from hyp.plan.units import size

EVENTS_MAX = 200
NUMBERS = 64 * EVENT_WORDS - EVENT_FIRST
"""Event numbers that a partition has for events of the plan and for its ports."""


def event_partitions_exist(draft: Draft) -> None:
    """Both ends of an event are partitions of the plan."""
    for event in draft.events:
        find_partition(draft, event.source, (*event.path, "from"))
        find_partition(draft, event.destination, (*event.path, "to"))


def events_leave_their_partition(draft: Draft) -> None:
    """An event leads from one partition to another: both find it by the same name."""
    for event in draft.events:
        if event.source is not None and event.source == event.destination:
            message = f"event `{event.name}` leads from `{event.source}` to itself"
            draft.report.add(
                "EVT001", event.path, message, "use a timer or the partition's own memory, or name another partition", key=True
            )


def events_fit_the_partition(draft: Draft) -> None:
    """A partition has at most 200 events, and at most 240 events, ports and devices together: 256 numbers, 16 of them standard."""
    events = Counter(name for event in draft.events for name in {event.source, event.destination} if name is not None)
    ports = Counter(end.partition for channel in draft.channels for end in channel.ends())
    for partition in draft.partitions:
        mine, both = events[partition.name], events[partition.name] + ports[partition.name] + len(partition.devices)
        if mine > EVENTS_MAX:
            message = f"`{partition.name}` has {mine} events; at most {EVENTS_MAX} are possible"
            draft.report.add(
                "EVT002", partition.path, message, "join some of them: the message can stand in a port or a shared area", key=True
            )
        elif both > NUMBERS:
            others = f"{both - mine} {'ports and devices' if partition.devices else 'ports'}"
            message = f"`{partition.name}` has {mine} events and {others}, each with an event; together at most {NUMBERS} are possible"
            draft.report.add("EVT002", partition.path, message, "join some of them", key=True)


def shared_partitions_exist(draft: Draft) -> None:
    """`shared.<name>.access` names partitions of the plan."""
    for area in draft.shared:
        for name in area.access:
            find_partition(draft, name, (*area.path, "access", name), key=True)


def shared_sizes_are_whole_pages(draft: Draft) -> None:
    """The size of a shared area is a multiple of a page."""
    for area in draft.shared:
        if area.size is not None and area.size % PAGE:
            below = area.size // PAGE * PAGE
            either = f"`{size(below + PAGE)}`" if below == 0 else f"`{size(below)}` or `{size(below + PAGE)}`"
            message = f"the shared area `{area.name}` is {size(area.size)} long, not a multiple of 4 KiB"
            draft.report.add("MEM001", (*area.path, "size"), message, f"write {either}")


def shared_names_differ_from_areas(draft: Draft) -> None:
    """No partition has an area of its own with the name of a shared area that it maps."""
    own = {(partition.name, area.area.name): area for partition in draft.partitions for area in partition.areas}
    for area in draft.shared:
        for name in area.access:
            other = own.get((name, area.name))
            if other is not None:
                message = f"`{name}` has an area `{area.name}` of its own and maps the shared area `{area.name}`"
                related = [((*other.path, "name"), "its own area")]
                draft.report.add("NAM006", area.path, message, "choose another name for one of them", key=True, related=related)


def shared_areas_have_one_writer(draft: Draft) -> None:
    """One partition may write a shared area (warning)."""
    for area in draft.shared:
        path = (*area.path, "access")
        writers = [name for name, access in area.access.items() if access == "rw"]
        if not draft.report.ok(path) or not area.access:
            continue
        if len(writers) > 1:
            message = f"{len(writers)} partitions may write the shared area `{area.name}`"
            fix = "give `rw` to one of them, and an area to each other"
            related = [((*path, name), f"`{name}` may write") for name in writers[1:]]
            draft.report.add("SHM001", (*path, writers[0]), message, fix, related=related[:3])
        elif not writers:
            message = f"no partition may write the shared area `{area.name}`"
            draft.report.add("SHM002", path, message, "give `rw` to one of them, or remove the area")
