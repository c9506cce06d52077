"""Victims beside clients and servers of gates: their timelines are those beside the same partitions at rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.machine import Attacker, Found, build_plan, plan_text, run
from tests.hostile.test_interference import timelines

ACTOR = "../../gates/actor"
ROLES = {"storm": "storms", "stuck": "stuck", "faults": "faults"}
SERVERS = ("server", "warm", "cold", "suspends", "middle", "halts")
FRAMES = 400


def beside(roles: dict[str, str], root: Path, folder: Path) -> Found:
    """Clients with these roles; their servers have windows too, and all of it lies between those of the victims."""
    watched = ("watchdog: 2 ms", "health: {watchdog: warm_restart, page_fault: warm_restart}")
    attackers = [Attacker(name, role, image=ACTOR, keys=watched, fpu=name != "storm") for name, role in roles.items()]
    attackers += [
        Attacker(name, "serve", image=ACTOR, keys=("health: {page_fault: cold_restart}",), fpu=name != "server") for name in SERVERS
    ]
    text = plan_text(attackers, for_us=12) + "gates:\n  server: {from: [storm, stuck, faults], to: server}\n"
    text += "".join(f"  {name}: {{from: [stuck, faults], to: {name}}}\n" for name in SERVERS[1:]) + "  next: {from: middle, to: cold}\n"
    return run(build_plan(text, root, folder / "image"), folder / "run", FRAMES)


@pytest.mark.slow
def test_no_victim_notices_a_call(repository: Path, tmp_path: Path) -> None:
    quiet = timelines(beside(dict.fromkeys(ROLES, "rings"), repository, tmp_path / "quiet"))
    found = beside(ROLES, repository, tmp_path / "loud")
    loud = timelines(found)
    for what, wanted in quiet.items():
        assert loud[what] == wanted, f"{what} differs"
    assert [fact for fact in found.facts.health if fact.partition == "module"] == []
    assert found.events("stuck"), "its watchdog has been at work"
    assert sum(len(found.events(name)) for name in SERVERS) > 1, "servers were lost"
