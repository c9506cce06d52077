"""Checks of several schedules: what happens at a switch, and that each can be reached and left."""

from __future__ import annotations

from hyp.abi.numbers import SCHEDULES_MAX
from hyp.abi.tables import ON_SWITCH_MAX
from hyp.plan.actions import WrittenRule
from hyp.plan.checks.lookup import entry, find_partition
from hyp.plan.draft import Draft, DraftPartition, DraftSchedule
from hyp.plan.node import Path


def schedules_fit_the_kernel(draft: Draft) -> None:
    """A plan has at most 64 schedules."""
    count = draft.report.spans.count(("schedules",))
    if count > SCHEDULES_MAX:
        draft.report.add(
            "SCH017", ("schedules",), f"the plan has {count} schedules; at most {SCHEDULES_MAX} are possible", "join some of them", key=True
        )


def schedule_partitions_exist(draft: Draft) -> None:
    """`without`, `on_switch` and `timing` of a schedule name partitions of the plan."""
    for schedule in draft.schedules:
        for index, name in enumerate(schedule.without):
            find_partition(draft, name, entry(draft, (*schedule.path, "without"), index))
        for key, names in (("on_switch", schedule.on_switch), ("timing", schedule.timing)):
            for name in names:
                find_partition(draft, name, (*schedule.path, key, name), key=True)


def switches_fit_the_guard(draft: Draft) -> None:
    """A schedule's `on_switch` acts on at most 32 partitions."""
    for schedule in draft.schedules:
        if len(schedule.on_switch) > ON_SWITCH_MAX:
            message = f"`on_switch` of `{schedule.name}` acts on {len(schedule.on_switch)} partitions; at most {ON_SWITCH_MAX} are possible"
            fix = "let a partition with the grant control the others, or the partitions act by themselves: `schedule_status` tells them"
            draft.report.add("SCH020", (*schedule.path, "on_switch"), message, fix, key=True)


def without_has_no_window(draft: Draft) -> None:
    """A partition in `without` has no window in that schedule."""
    for schedule in draft.schedules:
        for index, name in enumerate(schedule.without):
            window = next((window for window in schedule.windows if window.partition == name), None)
            if window is not None:
                message = f"`{name}` has window {window.number} in schedule `{schedule.name}`, and stands in its `without`"
                path = entry(draft, (*schedule.path, "without"), index)
                draft.report.add("SCH018", path, message, "remove one of the two", related=[(window.path, f"window {window.number}")])


def switching_keys_are_of_use(draft: Draft) -> None:
    """`min_dwell` and `on_switch` stand in plans of several schedules (warning)."""
    if len(draft.schedule_names) != 1:
        return
    for schedule in draft.schedules:
        for key, written in (("min_dwell", schedule.min_dwell), ("on_switch", schedule.on_switch)):
            if written:
                message = f"`{key}` has no effect: `{schedule.name}` is the only schedule"
                draft.report.add("SCH014", (*schedule.path, key), message, "remove it, or add a second schedule", key=True)


def schedules_can_be_reached(draft: Draft) -> None:
    """From the first schedule every other one can be entered: by grants and health actions of partitions with windows on the way, or by the
    module's health actions."""
    reached = _reached(draft)
    for schedule in draft.schedules if reached else ():
        if schedule.name not in reached:
            message = f"schedule `{schedule.name}` is never entered: no partition that runs before it may switch to it"
            fix = f"grant it, `grants: {{schedules: [{schedule.name}]}}`, or use a health action `{{switch_schedule: {schedule.name}}}`"
            draft.report.add("SCH015", schedule.path, message, fix, key=True)


def schedules_can_be_left(draft: Draft) -> None:
    """In every schedule that can be entered by a switch, a partition with a window, or the module's health, may switch to another one."""
    ways = _ways(draft)
    reached = _reached(draft)
    for schedule in draft.schedules if ways is not None and len(reached) > 1 else ():
        if ways is not None and schedule.name in reached and not ways[schedule.name] - {schedule.name}:
            message = f"schedule `{schedule.name}` cannot be left: no partition with a window in it may switch to another one"
            others = [other.name for other in draft.schedules if other is not schedule]
            fix = f"grant one of them, e.g. `grants: {{schedules: [{others[0]}]}}`"
            draft.report.add("SCH016", schedule.path, message, fix, key=True)


def _reached(draft: Draft) -> frozenset[str]:
    """The schedules that can come to be in force; nothing when that is in doubt."""
    ways = _ways(draft)
    if ways is None:
        return frozenset()
    reached, todo = {draft.schedules[0].name}, [draft.schedules[0].name]
    while todo:
        new = ways[todo.pop()] - reached
        reached |= new
        todo += sorted(new)
    return frozenset(reached)


def _ways(draft: Draft) -> dict[str, set[str]] | None:
    """By schedule, those that can follow it. None: there is only one, or it is in doubt who runs or who may switch."""
    if not 2 <= len(draft.schedules) <= SCHEDULES_MAX or len(draft.schedules) != len(draft.schedule_names):
        return None
    if not draft.names or len(draft.partitions) != len(draft.names) or not all(schedule.complete for schedule in draft.schedules):
        return None
    doubtful: list[Path] = [("health", "defaults"), ("health", "module"), *((*schedule.path, "windows") for schedule in draft.schedules)]
    doubtful += [(*partition.path, key) for partition in draft.partitions for key in ("grants", "system", "health")]
    if not all(draft.report.ok(path) for path in doubtful):
        return None
    targets = {partition.name: _targets(partition, draft) for partition in draft.partitions}
    anywhere = _switches(draft.module_health)
    return {schedule.name: anywhere.union(*(targets[name] for name in sorted(_running(schedule)))) for schedule in draft.schedules}


def _running(schedule: DraftSchedule) -> set[str]:
    return {window.partition for window in schedule.windows if window.partition is not None}


def _targets(partition: DraftPartition, draft: Draft) -> set[str]:
    """Schedules that a partition's grants and health actions lead to."""
    if partition.system:
        return set(draft.schedule_names)
    by_health = _switches({**draft.health_defaults, **partition.health})
    return by_health | set(partition.grants.schedules if partition.grants is not None else ())


def _switches(rules: dict[str, WrittenRule]) -> set[str]:
    """Schedules that a health table leads to."""
    return {action.schedule for rule in rules.values() for action in rule.actions() if action.schedule is not None}
