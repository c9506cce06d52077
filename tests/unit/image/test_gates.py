"""Gates as the kernel and the partitions find them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hyp.abi import gate_tables, pages, tables
from hyp.abi.numbers import Direction
from hyp.plan.model import Gate, Plan, Trace, Window
from tests.unit.image import plans
from tests.unit.image.built import Built
from tests.unit.image.walk import Memory

MS = plans.MS
GATES = (
    Gate("first", ("b", "a"), "passive", "help"),
    Gate("second", ("a",), "busy", "wait"),
    Gate("third", ("a", "busy"), "passive", "refuse"),
)
NO_FPU = ("a", "passive")


def plan() -> Plan:
    names = ("passive", "a", "b", "busy")
    windows = [Window(name, n * MS, MS, 0) for n, name in enumerate(names[1:])]
    value = plans.plan({name: plans.memory() for name in names}, windows=windows)
    partitions = tuple(replace(p, fpu=p.name not in NO_FPU) for p in value.partitions)
    return replace(value, partitions=partitions, gates=GATES)


def compiled(value: Plan, folder: Path) -> Built:
    outcome = plans.compile_plan(value, folder)
    assert outcome.image is not None, outcome.diagnostics
    return Built(value, outcome.image, Memory(outcome.image.data))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return compiled(plan(), tmp_path_factory.mktemp("gates"))


def calls(built: Built, name: str) -> list[tuple[str, int, int]]:
    """(server, the caller's number there, flags) of each gate that it may call."""
    own = built.partition(name)
    found = []
    for row in built.rows(gate_tables.GATE, own["gates"], own["gate_count"]):
        server = built.record(tables.PARTITION, row["server"])
        assert (row["state"], row["root"]) == (server["state"], server["root"])
        found.append((server["name"], row["caller"], row["flags"]))
    return found


def test_callers_have_their_numbers_at_the_server(built: Built) -> None:
    slow, wait, help_ = gate_tables.GATE_SLOW, gate_tables.GATE_WAIT, gate_tables.GATE_HELP
    assert calls(built, "a") == [("passive", 1, help_), ("busy", 0, slow | wait), ("passive", 2, 0)]
    assert calls(built, "b") == [("passive", 0, slow | help_)], "it has an FPU"
    assert calls(built, "busy") == [("passive", 3, slow)]
    assert calls(built, "passive") == []


def test_servers_are_known_and_have_page_tables(built: Built) -> None:
    serves = {name: built.partition(name)["serves"] for name in ("passive", "a", "b", "busy")}
    nobody = gate_tables.SERVES_NOBODY
    assert serves == {"passive": gate_tables.SERVES_PASSIVE, "a": nobody, "b": nobody, "busy": gate_tables.SERVES_IN_WINDOWS}
    for entry in built.image.manifest["partitions"]:
        assert built.partition(entry["name"])["root"] == entry["roots"]["0"]
    assert built.space("passive").read(0x21_0000, 16) == built.space("a").read(0x21_0000, 16), "the same program, mapped"


def test_partitions_find_their_gates_by_name(built: Built) -> None:
    def found(name: str) -> list[tuple[object, ...]]:
        return [tuple(row[key] for key in ("name", "number", "direction", "callers")) for row in built.listed(name, "gates", pages.GATE)]

    calls_, serves = Direction.SOURCE, Direction.DESTINATION
    assert found("a") == [("first", 0, calls_, 0), ("second", 1, calls_, 0), ("third", 2, calls_, 0)]
    assert found("busy") == [("third", 0, calls_, 0), ("second", 0, serves, 1)]
    assert found("passive") == [("first", 0, serves, 2), ("third", 2, serves, 2)]
    assert [one["name"] for one in built.image.manifest["gates"]] == ["first", "second", "third"]


def test_traced_gates_take_the_long_way(tmp_path: Path) -> None:
    traced = compiled(replace(plan(), trace=Trace(None, 115_200, 65_536, "planned", ("gate",))), tmp_path)
    assert all(flags & gate_tables.GATE_SLOW for name in ("a", "b", "busy") for _, _, flags in calls(traced, name))
