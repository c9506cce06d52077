"""Checks of health tables and of watchdogs."""

from __future__ import annotations

from collections.abc import Iterator

from hyp.abi.numbers import HealthEvent
from hyp.plan.actions import MODULE_WORDS, PARTITION_WORDS, SWITCH, WrittenAction, WrittenRule
from hyp.plan.checks.lookup import find_schedule
from hyp.plan.checks.partitions import EVENTS, MODULE_EVENTS
from hyp.plan.checks.presence import presences
from hyp.plan.checks.windows import show
from hyp.plan.draft import Draft
from hyp.plan.node import Path
from hyp.plan.quote import alternatives, nearest, quote
from hyp.plan.units import duration

MODULE: Path = ("health", "module")
DEFAULTS: Path = ("health", "defaults")
RETURNING = (HealthEvent.DEBUG, HealthEvent.BREAKPOINT)
"""Exceptions after which the partition goes on with its next instruction; all others repeat the faulting one (SDM 3A, table 6-1)."""
REPEATING = tuple(
    event.name.lower()
    for event in HealthEvent
    if (event <= HealthEvent.MEMORY_VIOLATION or event is HealthEvent.NESTED_FAULT) and event not in RETURNING
)
"""Events at which doing nothing only makes the same event happen again."""
FINAL = (HealthEvent.INTERNAL_ERROR.name.lower(),)
"""Events of the module after which nothing may go on."""
DOUBTFUL = (HealthEvent.MACHINE_CHECK.name.lower(),)
"""Events of the module after which the CPU says whether it can go on."""


def health_events_exist(draft: Draft) -> None:
    """A health table names events that can happen there: a partition's, or the module's under `health.module`."""
    for path, table in _tables(draft):
        known, others = (MODULE_EVENTS, EVENTS) if path == MODULE else (EVENTS, MODULE_EVENTS)
        for event in table:
            if event in known:
                continue
            if event in others:
                whose, where = (
                    ("the module", "`health.module`") if path != MODULE else ("a partition", "`health.defaults` or its partition")
                )
                message, fix = f"`{event}` is an event of {whose}", f"write it under {where}"
            else:
                whose = "the module" if path == MODULE else "a partition"
                meant = nearest(event, known)
                message = f"there is no health event `{quote(event)}` of {whose}"
                fix = f"did you mean `{meant}`?" if meant else f"use {alternatives(known, 40)}"
            draft.report.add("NAM005", (*path, event), message, fix, key=True)


def health_actions_are_legal(draft: Draft) -> None:
    """The module's events have the module's actions. A nested fault is not propagated: handling it is what failed."""
    legal: tuple[str, ...]
    for path, event, action in _actions(draft):
        if path == MODULE and event in MODULE_EVENTS and action.word not in (*MODULE_WORDS, SWITCH):
            message, legal = f"`{action.word}` is no action for the module's event `{event}`", _module_words(event)
        elif path != MODULE and event == "nested_fault" and action.word == "propagate":
            message = "`nested_fault` cannot be propagated: the partition's handler has faulted"
            legal = tuple(word for word in PARTITION_WORDS if word not in ("ignore", "log", "propagate"))
        else:
            continue
        draft.report.add("HLT001", action.path, message, f"use {alternatives(legal)}")


def repeating_events_are_acted_on(draft: Draft) -> None:
    """`ignore` and `log` are not the action at an event that would repeat at once."""
    for path, event, action in _actions(draft):
        if path != MODULE and event in REPEATING and action.word in ("ignore", "log"):
            message = f"after `{action.word}` the same instruction would cause `{event}` again"
            useless = ("ignore", "log", *(("propagate",) if event == "nested_fault" else ()))
            legal = [word for word in PARTITION_WORDS if word not in useless]
            draft.report.add("HLT002", action.path, message, f"use {alternatives([*legal, f'{{{SWITCH}: NAME}}'])}")


def internal_errors_end_this_life(draft: Draft) -> None:
    """The module stops or restarts at its own fault, as the action and as `then`: it does not go on."""
    for path, event, action in _actions(draft):
        if path == MODULE and event in FINAL and action.word in ("log", SWITCH):
            message = f"after `{action.word}` the kernel would go on, and `{event}` is its own fault"
            draft.report.add("HLT005", action.path, message, f"use {alternatives(_module_words(event))}")


def limits_have_a_then(draft: Draft) -> None:
    """A rule has both `limit` and `then`, or neither."""
    for path, table in _tables(draft):
        for event, rule in table.items():
            if not rule.whole or (rule.limit is None) == (rule.then is None):
                continue
            if rule.then is None:
                message, fix = f"the rule for `{event}` has a `limit` and no `then`", "add e.g. `then: halt`, or remove `limit`"
            else:
                message, fix = f"the rule for `{event}` has a `then` and no `limit`", "add e.g. `limit: 3 in 1 s`, or remove `then`"
            key = "limit" if rule.then is None else "then"
            draft.report.add("HLT003", (*path, event, key), message, fix, key=True)


def health_schedules_exist(draft: Draft) -> None:
    """`switch_schedule` names a schedule of the plan."""
    for _, _, action in _actions(draft):
        if action.schedule is not None:
            find_schedule(draft, action.schedule, (*action.path, SWITCH))


def watchdogs_can_be_kicked(draft: Draft) -> None:
    """A watchdog is longer than the longest stretch without a window of its partition, in every schedule in which it has one."""
    schedules = presences(draft)
    for partition in draft.partitions:
        worst = None
        for presence in schedules if partition.watchdog else ():
            for gap in presence.gaps(partition.name) if partition.name in presence.stretches else ():
                if worst is None or gap[1] - gap[0] > worst[1][1] - worst[1][0]:
                    worst = (presence.schedule, gap)
        if worst is None or not partition.watchdog or partition.watchdog > worst[1][1] - worst[1][0]:
            continue
        schedule, gap = worst
        length = duration(gap[1] - gap[0])
        message = (
            f"the watchdog is {duration(partition.watchdog)}; `{partition.name}` has no window for {length}, {show(gap)} of schedule "
            f"`{schedule.name}`"
        )
        fix = f"write more than `{length}`, or give it windows more often"
        draft.report.add("HLT004", (*partition.path, "watchdog"), message, fix)


def _module_words(event: str) -> tuple[str, ...]:
    """What is legal at an event of the module."""
    return tuple(word for word in MODULE_WORDS if word != "log") if event in FINAL else (*MODULE_WORDS, f"{{{SWITCH}: NAME}}")


def _tables(draft: Draft) -> Iterator[tuple[Path, dict[str, WrittenRule]]]:
    yield MODULE, draft.module_health
    yield DEFAULTS, draft.health_defaults
    for partition in draft.partitions:
        yield (*partition.path, "health"), partition.health


def _actions(draft: Draft) -> Iterator[tuple[Path, str, WrittenAction]]:
    """Every action with its table's path and its event."""
    for path, table in _tables(draft):
        for event, rule in table.items():
            for action in rule.actions():
                yield path, event, action
