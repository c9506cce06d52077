"""Every health event with every action that is legal for it: what is logged, what becomes of the partition, and that all others go on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest

from hyp.abi.numbers import Mode, StartCause, Status
from hyp.abi.state import LOG_SHARE
from hyp.target.options import Options
from hyp.target.run import run as run_on
from hyp.target.session import End
from tests.health.matrix import EVENTS, LATE, ON_BOCHS, SPOILT, Case, cases, chain_text, chosen, frames_of, plan_text
from tests.health.outcome import Left, differences, expected, expected_left, left, records, seen
from tests.health.spoil import spoil_cases
from tests.hostile.machine import Found, build_plan, run

HERE = [event for event in EVENTS if event not in (*ON_BOCHS, LATE)]
STOPS = ("suspend", "halt", "shutdown")
REPEATS = [Case(SPOILT, action) for action in ("warm_restart", "cold_restart")]
"""What is wrong stays wrong: such a partition never starts again."""


def test_every_case_is_somewhere() -> None:
    tried = [case for events in (HERE, ON_BOCHS, [LATE]) for switching in (False, True) for case in chosen(events, switching=switching)]
    assert sorted(map(str, tried)) == sorted(map(str, cases()))


def wrong(cases: Sequence[Case], ran: Found) -> str:
    """One line for each thing that did not come out as it must."""
    lines = ran.session.lines
    found = chain.from_iterable(
        (*differences(case, expected(case), seen(case, ran.facts, lines)), *differences(case, expected_left(case), left(case.name, ran)))
        for case in cases
    )
    return "\n".join(found)


def test_every_event_with_every_action(repository: Path, tmp_path: Path) -> None:
    cases = [case for case in chosen(HERE, switching=False) if case not in REPEATS]
    frames = frames_of(cases)
    built = build_plan(plan_text(cases), repository, tmp_path / "image")
    spoil_cases(built.bundle, cases)
    ran = run(built, tmp_path / "run", frames)
    assert wrong(cases, ran) == ""
    assert "hyp" not in ran.facts.drops
    assert [fact for fact in ran.facts.health if fact.partition in ("module", "before", "behind")] == []
    actions = {case.name: case.action for case in cases}
    for window in ran.manifest["schedules"][0]["windows"]:
        facts, stops = ran.facts.windows[window["index"]], actions.get(window["partition"]) in STOPS
        assert facts.delivered == frames, f"windows of {window['partition']} are missing"
        assert (facts.not_ready >= 2) == stops, f"{window['partition']} stands still, or runs though it is not to"
        assert facts.late_max == 0, f"{window['partition']} was released late"


def test_restarts_that_find_the_same_again(repository: Path, tmp_path: Path) -> None:
    """The partition never starts; nobody else's windows move, and what finds no room in the log is counted."""
    built = build_plan(plan_text(REPEATS), repository, tmp_path / "image")
    spoil_cases(built.bundle, REPEATS)
    ran = run(built, tmp_path / "run", 6)
    for case in REPEATS:
        assert ran.events(case.name)[SPOILT] > 1
        assert ran.lines(case.name) == ["start power_on"]
        assert left(case.name, ran) == Left(Status.READY, Mode.COLD_START, StartCause.HEALTH, 1, 0)
    for window in ran.manifest["schedules"][0]["windows"]:
        facts = ran.facts.windows[window["index"]]
        assert (facts.delivered, facts.late_max) == (6, 0)
    logged = [name for name, *_ in records(ran.session.lines)]
    assert len(logged) + ran.facts.drops["hyp"].events == sum(ran.events(case.name)[SPOILT] for case in REPEATS)
    assert {logged.count(case.name) >= LOG_SHARE for case in REPEATS} == {True}


def test_every_event_switches_the_schedule(repository: Path, tmp_path: Path) -> None:
    cases = chosen(HERE, switching=True)
    built = build_plan(chain_text(cases), repository, tmp_path / "image")
    spoil_cases(built.bundle, cases)
    ran = run(built, tmp_path / "run", 60)
    assert wrong(cases, ran) == ""
    once = [case.event for case in cases if case.event != "watchdog"]
    assert [event for event in once if ran.facts.schedules[event] != 1] == [], "the switch is at the end of the event's own frame"
    assert ran.facts.schedules["watchdog"] == 4
    assert ran.facts.schedules["end"] == 60 - len(once) - 4
    assert "hyp" not in ran.facts.drops


def test_late_starts(repository: Path, tmp_path: Path) -> None:
    """Each release is late, so that each of the partition's windows has an event, as long as it has windows in which it starts."""
    cases = chosen([LATE], switching=False)
    text = plan_text(cases, board="tests/health/hasty.yaml") + "health: {defaults: {late_start: ignore}}\n"
    ran = run(build_plan(text, repository, tmp_path / "image"), tmp_path / "run", 8)
    for case in cases:
        got, state = seen(case, ran.facts, ran.session.lines), left(case.name, ran)
        wanted = expected(case)
        assert got.lines[: len(wanted.lines)] == wanted.lines
        assert set(got.logged) == set(wanted.logged)
        if case.action in STOPS:
            assert differences(case, wanted, got) + differences(case, expected_left(case), state) == []
        elif case.action in ("warm_restart", "cold_restart"):
            assert state.cold_starts + state.warm_starts == len(got.lines), "each life says so"
            assert got.events > 2
        else:
            assert got.events == 8
        if case.action == "propagate":
            assert got.lines.count("handled late_start") == 7, "the last one's handler would have run in the next window"


def test_late_starts_switch_the_schedule(repository: Path, tmp_path: Path) -> None:
    cases = chosen([LATE], switching=True)
    text = chain_text(cases, board="tests/health/hasty.yaml") + "health: {defaults: {late_start: ignore}}\n"
    ran = run(build_plan(text, repository, tmp_path / "image"), tmp_path / "run", 8)
    assert ran.facts.schedules == {LATE: 1, "end": 7}
    assert expected(cases[0]).logged == seen(cases[0], ran.facts, ran.session.lines).logged


@pytest.mark.slow
@pytest.mark.parametrize("switching", [False, True], ids=["actions", "switches"])
def test_on_bochs(repository: Path, tmp_path: Path, switching: bool) -> None:
    """What QEMU does not raise. There is no look at the machine's memory here."""
    cases = chosen(ON_BOCHS, switching=switching)
    text = chain_text(cases, 400, "bochs") if switching else plan_text(cases, 400, "bochs")
    built = build_plan(text, repository, tmp_path / "image")
    ran = run_on(built.bundle, "bochs", Options(frames=10, timeout_s=120), lambda _: None, tmp_path / "raw")
    assert ran.session.end is End.COMPLETE, ran.session.message
    found = chain.from_iterable(differences(case, expected(case), seen(case, ran.facts, ran.session.lines)) for case in cases)
    assert "\n".join(found) == ""
    if switching:
        assert ran.facts.schedules == {**dict.fromkeys(ON_BOCHS, 1), "end": 7}
