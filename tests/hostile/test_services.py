"""The services in hostile hands: lies in the control page, storms, calls without a grant, sleep without end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.hostile import attacks
from tests.hostile.conftest import RunPlan, named
from tests.hostile.machine import Attacker, Found, Log
from tests.hostile.test_attacks import HALTED, READY, listed, undisturbed, went_on
from tests.hostile.test_interference import timelines

PROPAGATED = ("health: {invalid_opcode: propagate}", "watchdog: 1 ms")


def handling(names: Sequence[str]) -> list[Attacker]:
    """Attackers to which `invalid_opcode` is propagated, each with a watchdog."""
    return [Attacker(f"a{n}", attack, keys=PROPAGATED) for n, attack in enumerate(names)]


def test_lies_and_calls_without_rights(run_attacks: RunPlan) -> None:
    names = attacks.SERVICES
    found = run_attacks(named(names), 200, for_us=40)
    assert listed(went_on(found, names)) == ""
    undisturbed(found, len(names), 200, for_us=40)


@pytest.mark.slow
def test_traps_returns_and_starvation_end_their_own(run_attacks: RunPlan) -> None:
    wanted, frames = attacks.SERVICE_ENDS, 20
    found = run_attacks(handling(list(wanted)), frames)
    ends = {attack: (found.events(f"a{n}"), found.status(f"a{n}"), found.log(f"a{n}").survived) for n, attack in enumerate(wanted)}
    assert ends == {attack: (dict.fromkeys(events, 1), HALTED, 0) for attack, events in wanted.items()}
    undisturbed(found, len(wanted), frames)


@pytest.mark.slow
def test_sleep_without_end(run_attacks: RunPlan) -> None:
    found = run_attacks(named(attacks.SLEEPERS), 50)
    for n in range(len(attacks.SLEEPERS)):
        log = found.log(f"a{n}")
        assert (log.began, log.survived, found.events(f"a{n}"), found.status(f"a{n}")) == (Log.BEGAN, 0, {}, READY)
    undisturbed(found, len(attacks.SLEEPERS), 50)


@pytest.mark.slow
def test_victims_of_all_storms_at_once(run_attacks: RunPlan) -> None:
    """Their diaries are those beside idle neighbours, tick for tick."""
    names, frames = attacks.SERVICE_NOISE, 60
    quiet = timelines(run_attacks(handling(["idle"] * len(names)), frames, for_us=40))
    hostile = run_attacks(handling(names), frames, for_us=40)
    loud = timelines(hostile)
    for what, wanted in quiet.items():
        assert loud[what] == wanted, f"{what} differs"
    assert [fact for fact in hostile.facts.health if fact.partition == "module"] == []
    assert all(hostile.log(f"a{n}").began == Log.BEGAN for n in range(len(names)))
    assert hostile.events("a3")["application_error"] > 100
    assert hostile.events("a6")["invalid_opcode"] > 100
    paths = [facts.path_max for facts in hostile.facts.windows.values() if facts.path_max is not None]
    assert max(paths) < hostile.manifest["guard_ns"], "a kernel path outlasted the guard"


def test_without_the_time_stamp_counter(run_attacks: RunPlan) -> None:
    """Nothing of the counter in any window, and the neighbours keep it; releases are exact as ever."""
    denied = ("tsc: denied", "health: {general_protection: propagate}")
    attackers = [Attacker("a0", "clockless", keys=denied), Attacker("a1", "clocked"), Attacker("a2", "clocked", keys=("tsc: denied",))]
    found = run_attacks(attackers, 200)
    for name in ("a0", "a1"):
        log = found.log(name)
        assert (log.failed_line, log.survived) == (0, Log.SURVIVED), f"{name}: the check in line {log.failed_line} found {log.failed_value}"
    assert found.events("a0") == {"general_protection": 60}
    assert found.events("a1") == {}
    assert (found.events("a2"), found.status("a2")) == ({"general_protection": 1}, HALTED)
    undisturbed(found, len(attackers), 200)
    late = {facts.late_max for facts in found.facts.windows.values()}
    assert late <= {0, None}


def test_reflected_syscalls_of_those_who_lie(run_attacks: RunPlan) -> None:
    """A handler nobody may enter is the partition's own nested fault; a syscall in the handler is no second reflection."""
    lies = ["0", "800000000000", "ffffffff80100000", "ffffffffffffffff", "7ffffffff000"]
    attackers = [Attacker(f"a{n}", f"reflect_lies {at} 0") for n, at in enumerate(lies)]
    attackers += [Attacker("twice", "reflect_twice"), Attacker("stack", "reflect_lies 210000 ffffffff98004000")]
    found = run_attacks(attackers, 20)
    assert (found.events("a0"), found.status("a0")) == ({"illegal_hypercall": 1}, READY)
    for n in range(1, len(lies)):
        assert (found.events(f"a{n}"), found.status(f"a{n}")) == ({"nested_fault": 1}, HALTED)
    assert listed(went_on_but(found, "twice", {"illegal_hypercall": 20})) == ""
    assert found.status("stack") == HALTED
    undisturbed(found, len(attackers), 20)


def went_on_but(found: Found, name: str, events: dict[str, int]) -> dict[str, str]:
    """What is wrong with an attacker that came to its end with these events."""
    log = found.log(name)
    good = (log.failed_line, log.survived, found.events(name)) == (0, Log.SURVIVED, events)
    return {} if good else {name: f"line {log.failed_line}: {log.failed_value:#x}, events {found.events(name)}"}
