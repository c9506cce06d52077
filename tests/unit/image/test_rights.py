"""What partitions may do and what follows health events, as the kernel finds it: grants, rights, health tables, schedule changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hyp.abi import pages, state, tables
from hyp.abi.hypercalls import HYPERCALLS
from hyp.abi.numbers import FIRST_MODULE_EVENT, Control, HealthEvent
from hyp.abi.numbers import HealthAction as Word
from hyp.abi.tables import GRANT_HEALTH_READ, GRANT_MODULE_COLD, GRANT_MODULE_WARM, GRANT_TRACE_READ, HEALTH_TABLE
from hyp.plan.model import Grants, HealthAction, HealthRule, Plan
from tests.unit.image import plans
from tests.unit.image.built import Built
from tests.unit.image.walk import Memory

NAMES = ("plain", "boss", "chief", "other")
ALL = 0x3F
SWITCH = HealthAction("switch_schedule", "degraded")
MODULE = {
    "internal_error": HealthRule(HealthAction("cold_restart")),
    "nmi": HealthRule(HealthAction("halt")),
    "machine_check": HealthRule(SWITCH),
    "unexpected_interrupt": HealthRule(HealthAction("log"), 7, 3_000_000, SWITCH),
    "clock_mismatch": HealthRule(HealthAction("log"), 2, 1_000_000_000, HealthAction("warm_restart")),
}
HEALTH = {
    "divide_error": HealthRule(HealthAction("warm_restart")),
    "page_fault": HealthRule(HealthAction("cold_restart"), 3, 1_000_000_000, SWITCH),
    "watchdog": HealthRule(SWITCH),
    "application_error": HealthRule(HealthAction("log"), 5, 2_000_000, HealthAction("halt")),
}


def enriched() -> Plan:
    plan = plans.plan({name: plans.memory() for name in NAMES})
    grants = {
        "boss": Grants(
            {"plain": ("suspend", "resume"), "other": ()}, ("degraded",), health_log=True, module=("warm_restart", "cold_restart")
        ),
        "chief": Grants({"other": ("halt", "cold_restart")}, trace=True),
    }
    partitions = tuple(replace(p, grants=grants.get(p.name, Grants())) for p in plan.partitions)
    plain = replace(partitions[0], health=HEALTH, watchdog_ns=50_000_000)
    other = replace(partitions[3], health={"page_fault": HEALTH["page_fault"]})
    (normal,) = plan.schedules
    degraded = replace(normal, name="degraded", min_dwell_ns=100_000_000, on_switch={"plain": "warm_restart", "chief": "suspend"})
    again = replace(degraded, name="again", min_dwell_ns=0)
    return replace(plan, partitions=(plain, *partitions[1:3], other), schedules=(normal, degraded, again), module_health=MODULE)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    plan = enriched()
    outcome = plans.compile_plan(plan, tmp_path_factory.mktemp("enriched"))
    assert outcome.image is not None, outcome.diagnostics
    return Built(plan, outcome.image, Memory(outcome.image.data))


def test_controls_say_what_may_be_done_to_whom(built: Built) -> None:
    rows = {name: list(built.row(built.partition(name)["controls"])) for name in NAMES}
    assert rows == {"plain": [ALL, 0, 0, 0], "boss": [0b11, ALL, 0, 0], "chief": [0, 0, ALL, 1 << 2 | 1 << 5], "other": [0, 0, 0, ALL]}


def test_partitions_know_themselves_and_whom_their_grants_are_about(built: Built) -> None:
    peers = {name: [(row["name"], row["id"]) for row in built.listed(name, "peers", pages.PEER)] for name in NAMES}
    assert peers == {
        "plain": [("plain", 0)],
        "boss": [("plain", 0), ("boss", 1), ("chief", 2), ("other", 3)],  # it reads the health log, which is about all
        "chief": [("chief", 2), ("other", 3)],
        "other": [("other", 3)],
    }


def test_rights_follow_the_grants(built: Built) -> None:
    rows = {name: built.partition(name) for name in NAMES}
    grants = {name: (row["grants"], row["schedule_grants"]) for name, row in rows.items()}
    assert grants == {
        "plain": (0, 0),
        "boss": (GRANT_HEALTH_READ | GRANT_MODULE_WARM | GRANT_MODULE_COLD, 0b10),
        "chief": (GRANT_TRACE_READ, 0),
        "other": (0, 0),
    }
    closed = {name: {call.name for call in HYPERCALLS if not row["rights"] >> call.number & 1} for name, row in rows.items()}
    granted = {"health_read", "health_status", "module_control", "schedule_switch", "trace_read"}
    assert closed == {"plain": granted, "boss": {"trace_read"}, "chief": granted - {"trace_read"}, "other": granted}


def test_everybody_knows_the_schedules(built: Built) -> None:
    for name in NAMES:
        rows = built.listed(name, "schedules", pages.SCHEDULE)
        assert [(row["name"], row["id"]) for row in rows] == [("normal", 0), ("degraded", 1), ("again", 2)]


def test_schedules_say_what_happens_when_they_begin(built: Built) -> None:
    rows = built.rows(tables.SCHEDULE, "schedules", 3)
    assert [(row["name"], row["min_dwell_ns"]) for row in rows] == [("normal", 0), ("degraded", 100_000_000), ("again", 0)]
    states = {name: built.partition(name)["state"] for name in NAMES}
    wanted = [(states["chief"], Control.SUSPEND), (states["plain"], Control.WARM_RESTART)]
    found = [[(one["state"], one["operation"]) for one in built.rows(tables.SWITCH, row["switches"], row["switch_count"])] for row in rows]
    assert found == [[], wanted, wanted]


def test_rows_of_many_partitions_overlap(tmp_path: Path) -> None:
    plan = plans.plan({f"p{n}": plans.memory() for n in range(64)})
    outcome = plans.compile_plan(plan, tmp_path)
    assert outcome.image is not None
    made = Built(plan, outcome.image, Memory(outcome.image.data))
    partitions = made.rows(tables.PARTITION, "partitions", 64)
    for n, row in enumerate(partitions):
        assert made.row(row["controls"]) == bytes(ALL if n == other else 0 for other in range(64))
    offsets = [row["controls"] for row in partitions]
    assert max(offsets) + 64 - min(offsets) == 127


def entries(built: Built, name: str) -> dict[str, dict[str, Any]]:
    """The health table's entries of a partition, by event."""
    row = built.partition(name)
    return entries_at(built, row["health"], {event: row["actions"][event] for event in HealthEvent})


def module_entries(built: Built) -> dict[str, dict[str, Any]]:
    """Likewise of the module."""
    head = built.head()
    actions = {event: head["module_actions"][event - FIRST_MODULE_EVENT] for event in HealthEvent if event >= FIRST_MODULE_EVENT}
    return entries_at(built, head["module_health"], actions)


def entries_at(built: Built, first: int, actions: dict[HealthEvent, int]) -> dict[str, dict[str, Any]]:
    found = {}
    for event, action in actions.items():
        if action >= HEALTH_TABLE:
            (found[event.name.lower()],) = built.rows(tables.HEALTH, first + (action - HEALTH_TABLE) * tables.HEALTH.size, 1)
    return found


def told(found: dict[str, dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    keys = ("action", "schedule", "then", "then_schedule", "window_ns", "limit")
    return {event: tuple(entry[key] for key in keys) for event, entry in found.items()}


def test_simple_actions_are_one_byte_and_others_an_entry(built: Built) -> None:
    row = built.partition("plain")
    assert row["actions"][HealthEvent.DIVIDE_ERROR] == Word.WARM_RESTART
    assert row["actions"][HealthEvent.INVALID_OPCODE] == Word.HALT
    assert row["actions"][HealthEvent.OVERRUN] == Word.LOG
    assert row["watchdog_ns"] == 50_000_000
    assert told(entries(built, "plain")) == {
        "page_fault": (Word.COLD_RESTART, 0, Word.SWITCH_SCHEDULE, 1, 1_000_000_000, 3),
        "watchdog": (Word.SWITCH_SCHEDULE, 1, Word.SWITCH_SCHEDULE, 1, 0, 0),
        "application_error": (Word.LOG, 0, Word.HALT, 0, 2_000_000, 5),
    }
    assert entries(built, "boss") == {}
    assert built.partition("boss")["watchdog_ns"] == 0


def test_every_limit_has_instants_of_its_own(built: Built) -> None:
    found = [*entries(built, "plain").values(), *entries(built, "other").values(), *module_entries(built).values()]
    assert [bool(entry["times"]) for entry in found] == [bool(entry["limit"]) for entry in found]
    ranges = sorted((entry["times"] - 8, entry["times"] + 8 * entry["limit"]) for entry in found if entry["limit"])
    assert len(ranges) == 5
    assert all(low[1] <= high[0] for low, high in pairwise(ranges))
    core = built.record(state.CORE, tables.CORE_BASE)
    assert core["trace_ring"] + state.TRACE_RECORDS * state.TRACE_RECORD.size <= ranges[0][0]
    for start, end in ranges:
        assert start % 8 == 0
        assert built.boot.read(start, end - start) == bytes(end - start)
        assert built.boot.leaf(start).write


def test_module_actions_are_the_plans_over_the_built_in_ones(built: Built, tmp_path: Path) -> None:
    def actions(made: Built) -> dict[str, int]:
        return {e.name: made.head()["module_actions"][e - FIRST_MODULE_EVENT] for e in HealthEvent if e >= FIRST_MODULE_EVENT}

    default = plans.compile_plan(plans.plan({"a": plans.memory()}), tmp_path)
    assert default.image is not None
    halting = ("INTERNAL_ERROR", "MACHINE_CHECK")
    plain = {name: Word.HALT if name in halting else Word.LOG for name in (*halting, "NMI", "UNEXPECTED_INTERRUPT", "CLOCK_MISMATCH")}
    assert actions(Built(built.plan, default.image, Memory(default.image.data))) == plain
    simple = {name: action for name, action in actions(built).items() if action < HEALTH_TABLE}
    assert simple == {"INTERNAL_ERROR": Word.COLD_RESTART, "NMI": Word.HALT}
    assert told(module_entries(built)) == {
        "machine_check": (Word.SWITCH_SCHEDULE, 1, Word.SWITCH_SCHEDULE, 1, 0, 0),
        "unexpected_interrupt": (Word.LOG, 0, Word.SWITCH_SCHEDULE, 1, 3_000_000, 7),
        "clock_mismatch": (Word.LOG, 0, Word.WARM_RESTART, 0, 1_000_000_000, 2),
    }


def test_the_release_tolerance_is_the_boards(built: Built) -> None:
    assert built.head()["release_tolerance_ns"] == built.plan.board.costs.release_tolerance_ns != 0
