"""`on_switch` of all schedules that were entered between two windows of a partition: in their order, the later one holds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from hyp.abi.numbers import Control, Mode, StartCause, Status
from hyp.abi.tables import ON_SWITCH_MAX
from tests.control.rule import Target
from tests.health.outcome import Left, left
from tests.hostile.machine import Found, build_plan, run

OPERATIONS = (None, *Control)
DWELL = 3
"""Frames that schedule `b` stays at least."""
WINDOW_US = 100
FRAMES = 24


@dataclass(frozen=True)
class Case:
    """What schedules a, b and c do to the partition."""

    a: Control | None
    b: Control | None
    c: Control | None

    @property
    def name(self) -> str:
        return "t-" + "-".join("x" if one is None else str(int(one)) for one in (self.a, self.b, self.c))

    def does(self, schedule: str) -> Control | None:
        """In `s` and `h` the partition has a window, as in the first one, `n`, and in the last one, `z`."""
        return {"a": self.a, "b": self.b, "c": self.c, "s": Control.SUSPEND, "h": Control.HALT}.get(schedule)


ALL = [Case(a, b, OPERATIONS[(n + 1) % len(OPERATIONS)]) for n, (a, b) in enumerate(product(OPERATIONS, repeat=2))]
HALVES = (ALL[: len(ALL) // 2], ALL[len(ALL) // 2 :])
"""A schedule acts on at most 32 partitions."""
SCHEDULES = "nshabcz"
WITHOUT = "abc"


def plan_text(script: str, cases: list[Case]) -> str:
    lines = ["hyp: 1", "name: switches", "board: qemu-q35", "partitions:"]
    lines += [f"  {case.name}: {{image: tests/control/target}}" for case in cases]
    lines.append(f'  driver: {{image: tests/control/driver, args: "{script}", system: true}}')
    lines.append(f"shared: {{tally: {{size: 4 KiB, access: {{{', '.join(f'{case.name}: rw' for case in cases)}}}}}}}")
    lines.append("schedules:")
    windows = [f"      - {{partition: {case.name}, at: {(n + 1) * WINDOW_US} us, for: {WINDOW_US} us}}" for n, case in enumerate(cases)]
    for schedule in SCHEDULES:
        lines += [f"  {schedule}:", "    major_frame: 10 ms"]
        lines += [f"    min_dwell: {10 * DWELL} ms"] if schedule == "b" else []
        actions = [f"{case.name}: {what.name.lower()}" for case in cases if (what := case.does(schedule)) is not None]
        lines += [f"    on_switch: {{{', '.join(actions)}}}"] if actions else []
        lines += ["    windows:", f"      - {{partition: driver, at: 0 us, for: {WINDOW_US} us}}"]
        lines += windows if schedule not in WITHOUT else []
    return "\n".join(lines) + "\n"


def ran(script: str, cases: list[Case], repository: Path, folder: Path) -> Found:
    found = run(build_plan(plan_text(script, cases), repository, folder / "image"), folder / "run", FRAMES)
    assert found.facts.verdicts == {}, "a switch was refused"
    assert found.facts.health == ()
    return found


def frames(script: str) -> dict[str, int]:
    """How often each schedule runs: one asked for in a frame follows it, as soon as the one in force has stayed long enough."""
    counts, current, asked = dict.fromkeys(SCHEDULES, 0), "n", "n"
    stayed = 0
    for what in script.ljust(FRAMES, "."):
        asked = asked if what == "." else what
        counts[current] += 1
        stayed += 1
        if asked != current and (current != "b" or stayed >= DWELL):
            current, stayed = asked, 0
    return counts


def judge(found: Found, script: str, cases: list[Case]) -> str:
    """One line for each partition that is not as the rule says."""
    wrong = []
    for number, case in enumerate(cases):
        target, seen = Target(Status.READY, Mode.NORMAL, by=StartCause.SCHEDULE), 0
        for schedule in script.replace(".", ""):
            what = case.does(schedule)
            if what is not None:
                target.ask(what)
            seen += target.dispatch() if schedule not in WITHOUT else 0
        want = Left(target.status, target.mode, target.cause, target.cold, target.warm), (target.cold + target.warm, seen)
        got = left(case.name, found), struct.unpack_from("<2I", found.area(case.name, "tally"), 8 * number)
        wrong += [f"{case.name} after {script}: {got}, not {want}"] if got != want else []
    return "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("script", ["..abz", "..ab..abz", "..ab..cz", "..s.abz", "..h.ba..z"])
@pytest.mark.parametrize("cases", HALVES, ids=("first", "second"))
def test_all_that_was_entered(script: str, cases: list[Case], repository: Path, tmp_path: Path) -> None:
    found = ran(script, cases, repository, tmp_path)
    assert judge(found, script, cases) == ""
    assert found.facts.schedules == frames(script)


@pytest.mark.slow
def test_nothing_of_it_outlives_a_restart_of_the_module(repository: Path, tmp_path: Path) -> None:
    found = ran("..ab!", HALVES[0], repository, tmp_path)
    for number, case in enumerate(HALVES[0]):
        assert left(case.name, found) == Left(Status.READY, Mode.NORMAL, StartCause.MODULE, 1, 1)
        assert struct.unpack_from("<2I", found.area(case.name, "tally"), 8 * number) == (2, 0)
    assert found.facts.module_restarts == 1
    assert found.facts.schedules["z"] == 0


def test_a_switch_of_as_many_as_a_schedule_may_act_on(repository: Path, tmp_path: Path) -> None:
    """The windows touch at the frames' ends: the switch and the release behind it are one path."""
    switches = "..b.......a.......b.."  # it has two windows in each frame
    names = [f"t{n}" for n in range(ON_SWITCH_MAX)]
    lines = ["hyp: 1", "name: many", "board: qemu-q35", "partitions:"]
    lines += [f"  {name}: {{image: partitions/hello}}" for name in names]
    lines += [f'  driver: {{image: tests/control/driver, args: "{switches}", system: true}}', "schedules:"]
    for schedule in "ab":
        lines += [f"  {schedule}:", "    major_frame: 10 ms", f"    on_switch: {{{', '.join(f'{name}: cold_restart' for name in names)}}}"]
        lines += [
            "    windows:",
            "      - {partition: driver, at: 0 us, for: 100 us}",
            "      - {partition: driver, at: 9900 us, for: 100 us}",
        ]
        lines += [f"      - {{partition: {name}, at: {n * WINDOW_US} us, for: {WINDOW_US} us}}" for n, name in enumerate(names, 1)]
    found = run(build_plan("\n".join(lines) + "\n", repository, tmp_path / "image"), tmp_path / "run", FRAMES)
    assert {left(name, found).cold_starts for name in names} == {1 + switches.count("a") + switches.count("b")}
    longest = max(facts.path_max or 0 for facts in found.facts.windows.values())
    assert longest < 2000 < found.manifest["guard_ns"]
    assert max(facts.late_max or 0 for facts in found.facts.windows.values()) == 0
