"""Each attack ends its own partition, with the event that says why, or comes to nothing; the neighbours' time does not move."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.hostile import attacks
from tests.hostile.conftest import RunPlan, named
from tests.hostile.machine import Found, Log

READY, HALTED = 0, 2
FRAMES = 3
"""Each attacker has that many windows; the first is enough for those that fault."""


def undisturbed(found: Found, attackers: int, frames: int, for_us: int = 8, victim_us: int = 6) -> None:
    """The victims' releases are at their planned instants, equally long, and the kernel saw no event of its own."""
    assert [fact for fact in found.facts.health if fact.partition in ("module", "steady", "spinner")] == []
    slot = 1000 * (for_us + 2 * victim_us)
    for victim, offset in (("steady", for_us), ("spinner", for_us + victim_us)):
        windows = found.diary(victim)
        assert len(windows) == attackers * frames
        for n, (_, back, _) in enumerate(windows[1:], 1):
            late = back - (n * slot + 1000 * offset)
            assert 0 <= late <= 16, f"{victim}, window {n}: first look {late} ticks after its release"
    own = {window["index"] for window in found.manifest["schedules"][0]["windows"] if window["partition"] in ("steady", "spinner")}
    assert {(facts.late_max, facts.not_ready) for facts in found.facts.windows.values() if facts.index in own} == {(0, 0)}


def fell(found: Found, wanted: dict[str, frozenset[str]]) -> dict[str, str]:
    """What is wrong with the end of each attacker; empty when all is well."""
    wrong = {}
    for n, (attack, events) in enumerate(wanted.items()):
        name, log = f"a{n}", found.log(f"a{n}")
        seen = found.events(name)
        if log.began != Log.BEGAN:
            wrong[attack] = "it never began"
        elif attack in attacks.UNKNOWN_TO_QEMU and log.survived == Log.SURVIVED and not seen:
            continue
        elif log.survived:
            wrong[attack] = f"it went on; events {seen}"
        elif len(seen) != 1 or not set(seen) <= events or set(seen.values()) != {1}:
            wrong[attack] = f"events {seen} instead of one of {sorted(events)}"
        elif found.status(name) != HALTED:
            wrong[attack] = f"status {found.status(name)}"
    return wrong


def listed(wrong: dict[str, str]) -> str:
    return "\n".join(f"{attack}: {what}" for attack, what in wrong.items())


def went_on(found: Found, names: Sequence[str]) -> dict[str, str]:
    wrong = {}
    for n, attack in enumerate(names):
        log = found.log(f"a{n}")
        if log.failed_line:
            wrong[attack] = f"the check in line {log.failed_line} found {log.failed_value:#x}"
        elif log.began != Log.BEGAN or log.survived != Log.SURVIVED:
            wrong[attack] = f"it did not come to its end; events {found.events(f'a{n}')}, {log.checks} checks"
        elif found.events(f"a{n}") or found.status(f"a{n}") != READY:
            wrong[attack] = f"events {found.events(f'a{n}')}, status {found.status(f'a{n}')}"
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("group", ["INSTRUCTIONS", "SOFTWARE_INTERRUPTS", "MEMORY", "SELECTORS", "STATE"])
def test_ends_its_own_partition(group: str, run_attacks: RunPlan) -> None:
    wanted: dict[str, frozenset[str]] = getattr(attacks, group)
    found = run_attacks(named(list(wanted)), FRAMES)
    assert listed(fell(found, wanted)) == ""
    undisturbed(found, len(wanted), FRAMES)


def test_a_few_of_each_kind(run_attacks: RunPlan) -> None:
    """The quick part of the above."""
    names = ("cli", "wrmsr", "sgdt", "int3", "int 8", "single_step_call", "divide_by_zero", "jump_stack", "read ffffffff80100000")
    everything = attacks.INSTRUCTIONS | attacks.SOFTWARE_INTERRUPTS | attacks.MEMORY
    wanted = {name: everything[name] for name in names}
    found = run_attacks(named(names), FRAMES)
    assert listed(fell(found, wanted)) == ""
    undisturbed(found, len(wanted), FRAMES)
    lines = [line for line in found.lines("hyp") if line.startswith("health ")]
    for n, name in enumerate(names):
        (event,) = wanted[name]
        (logged,) = (line for line in lines if line.startswith(f"health a{n} ") and "action=" in line)
        assert logged.startswith(f"health a{n} {event} action=halt at=")
        assert any(line.startswith(f"health a{n} {event} count=1 first=") for line in lines)


@pytest.mark.slow
def test_selectors_that_ring_3_may_load(run_attacks: RunPlan) -> None:
    names = attacks.LAWFUL_SELECTORS
    found = run_attacks(named(names), 12)
    assert listed(went_on(found, names)) == ""
    undisturbed(found, len(names), 12)
    for n, name in enumerate(names):
        if name.startswith("load_") and not name.startswith("load_ss"):
            assert found.log(f"a{n}").values[1] == 0, f"{name}: the selector outlived its window"


@pytest.mark.slow
def test_state_is_carried_and_harms_nobody(run_attacks: RunPlan) -> None:
    names = attacks.CARRIED
    found = run_attacks(named(names), 200)
    assert listed(went_on(found, names)) == ""
    undisturbed(found, len(names), 200)
    assert found.lines(f"a{names.index('text_with_df')}") == ["forward, whatever DF says"]


@pytest.mark.slow
def test_hypercalls_with_extreme_arguments(run_attacks: RunPlan) -> None:
    names = attacks.CALLS
    found = run_attacks(named(names), 40, for_us=40)
    assert listed(went_on(found, names)) == ""
    undisturbed(found, len(names), 40, for_us=40)


def test_yield_with_extreme_arguments(run_attacks: RunPlan) -> None:
    """Each of its 324 calls takes a window."""
    found = run_attacks(named(["all_calls 3 3"]), 340)
    assert listed(went_on(found, ["all_calls 3 3"])) == ""
    undisturbed(found, 1, 340)


def test_wrong_tags(run_attacks: RunPlan) -> None:
    found = run_attacks(named(["tags"]), 40)
    log = found.log("a0")
    assert (log.failed_line, log.survived) == (0, Log.SURVIVED)
    assert found.events("a0") == {"illegal_hypercall": log.values[0]}
    undisturbed(found, 1, 40)


@pytest.mark.slow
def test_restarts_leave_nothing_behind(run_attacks: RunPlan) -> None:
    names = attacks.LIVES
    found = run_attacks(named(names), 200)
    assert listed(went_on(found, names)) == ""
    assert [found.log(f"a{n}").values[0] for n in range(len(names))] == [4, 4]
    undisturbed(found, len(names), 200)


def test_ends_of_oneself(run_attacks: RunPlan) -> None:
    names = list(attacks.ENDS)
    found = run_attacks(named(names), 5)
    assert [found.status(f"a{n}") for n in range(len(names))] == list(attacks.ENDS.values())
    assert all(found.log(f"a{n}").survived == 0 and found.events(f"a{n}") == {} for n in range(len(names)))
    undisturbed(found, len(names), 5)
