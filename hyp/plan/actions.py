"""Entries of health tables: an action, or `{action, limit, then}`. Which words suit which event is judged by checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyp.plan.kinds import Choice, Kind, Text
from hyp.plan.node import Mapping, Node, Path, Scalar
from hyp.plan.numbers import RateOf
from hyp.plan.report import Report
from hyp.plan.shapes import Field, Record
from hyp.plan.units import Rate

SWITCH = "switch_schedule"
PARTITION_WORDS = ("ignore", "log", "propagate", "suspend", "halt", "shutdown", "warm_restart", "cold_restart")
MODULE_WORDS = ("log", "halt", "warm_restart", "cold_restart")
TIMES_MAX = 64
"""The kernel keeps the instants of that many events per rule."""


@dataclass(frozen=True)
class WrittenAction:
    """`schedule` of `switch_schedule` only."""

    path: Path
    word: str
    schedule: str | None = None


@dataclass(frozen=True)
class WrittenRule:
    """`limit` and `then` are None when absent or refused; `whole`: neither was refused."""

    path: Path
    action: WrittenAction
    limit: Rate | None
    then: WrittenAction | None
    whole: bool

    def actions(self) -> tuple[WrittenAction, ...]:
        return (self.action,) if self.then is None else (self.action, self.then)


TO_SCHEDULE = Field(SWITCH, Text("the name of a schedule", "degraded"), "Schedule to switch to", required=True)
SWITCHING = Record("a switch of schedules", (TO_SCHEDULE,), f"{{{SWITCH}: degraded}}")


@dataclass(frozen=True)
class Action(Kind[WrittenAction]):
    """A word, or `{switch_schedule: NAME}`."""

    def read(self, node: Node, path: Path, report: Report) -> WrittenAction | None:
        if isinstance(node, Mapping):
            switching = SWITCHING.read(node, path, report)
            schedule = None if switching is None else switching.get(TO_SCHEDULE)
            return None if schedule is None else WrittenAction(path, SWITCH, schedule)
        if isinstance(node, Scalar) and node.text == SWITCH:
            report.add("VAL003", path, f"`{SWITCH}` needs the name of a schedule", f"write e.g. `{SWITCHING.sample}`")
            return None
        word = Choice(PARTITION_WORDS).read(node, path, report)
        return None if word is None else WrittenAction(path, word)

    def words(self) -> str:
        return f"an action: a word or `{{{SWITCH}: NAME}}`"

    def example(self) -> str:
        return "cold_restart"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(PARTITION_WORDS)}, SWITCHING.schema()]}


ACTION = Field("action", Action(), "What is done at the event", required=True)
LIMIT = Field("limit", RateOf("in", TIMES_MAX, "3 in 1 s"), f"`N in T`, N at most {TIMES_MAX}: the Nth event within any T takes `then`")
THEN = Field("then", Action(), "What is done at that one instead")
RULE = Record("a health rule", (ACTION, LIMIT, THEN), "{action: cold_restart, limit: 3 in 1 s, then: halt}")


@dataclass(frozen=True)
class Rule(Kind[WrittenRule]):
    """An action alone, or a record with one."""

    def read(self, node: Node, path: Path, report: Report) -> WrittenRule | None:
        if isinstance(node, Mapping) and SWITCH in node.entries and len(node.entries) > 1 and ACTION.key not in node.entries:
            fix = f"write `action: {{{SWITCH}: NAME}}`"
            report.add("VAL001", (*path, SWITCH), f"{RULE.what} with other keys has no key `{SWITCH}`", fix, key=True)
            return None
        if not isinstance(node, Mapping) or (SWITCH in node.entries and ACTION.key not in node.entries):
            alone = ACTION.kind.read(node, path, report)
            return None if alone is None else WrittenRule(path, alone, None, None, whole=True)
        record = RULE.read(node, path, report)
        action = None if record is None else record.get(ACTION)
        if record is None or action is None:
            return None
        limit, then = record.get(LIMIT), record.get(THEN)
        refused = (record.written(LIMIT) and limit is None) or (record.written(THEN) and then is None)
        return WrittenRule(path, action, limit, then, whole=not refused)

    def words(self) -> str:
        return "an action, or `{action, limit, then}`"

    def example(self) -> str:
        return "cold_restart"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [Action().schema(), RULE.schema()]}
