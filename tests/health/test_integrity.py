"""What changes in memory while the module runs is found by the next cold restart of whose it is, and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from hyp.abi.numbers import Mode, StartCause, Status
from hyp.target.session import End
from tests.health.outcome import Left, left, records
from tests.health.spoil import PLACES, physical
from tests.hostile.code import read_code
from tests.hostile.debugger import Debugger, attended
from tests.hostile.machine import build_plan

TURN = 6
"""Frames until all restart themselves; the changes are made before."""
HALTED = Left(Status.HALTED, Mode.IDLE, StartCause.SELF, 1, 0)
SUSPENDED = Left(Status.SUSPENDED, Mode.COLD_START, StartCause.SELF, 1, 0)
AGAIN = Left(Status.READY, Mode.NORMAL, StartCause.SELF, 2, 0)
AGAIN_WARM = Left(Status.READY, Mode.NORMAL, StartCause.SELF, 1, 1)


@dataclass(frozen=True)
class Case:
    """`place`: what is changed of it; `does`: how it restarts itself."""

    name: str
    place: str | None
    rule: str | None
    action: str | None
    left: Left
    does: str = "integrity"


CASES = (
    *(Case(place, place, None, "halt", HALTED) for place in PLACES),
    *(Case(f"{place}-suspend", place, "suspend", "suspend", SUSPENDED) for place in PLACES),
    *(Case(f"{place}-log", place, "log", "log", AGAIN) for place in PLACES),
    *(Case(f"{place}-warm", place, None, None, AGAIN_WARM, "warm") for place in PLACES),
    Case("untouched", None, None, None, AGAIN),
    Case("untouched-warm", None, None, None, AGAIN_WARM, "warm"),
)


def plan_text() -> str:
    # The clock runs on while the debugger holds the machine: late starts would take the log's room.
    lines = ["hyp: 1", "name: integrity", "board: qemu-q35", "health: {defaults: {late_start: ignore}}", "partitions:"]
    for case in CASES:
        rule = f", health: {{integrity: {case.rule}}}" if case.rule else ""
        lines.append(f'  {case.name}: {{image: tests/health/actor, args: "{case.does} {TURN}"{rule}}}')
    lines += ["schedules:", "  normal:", "    major_frame: 50 ms", "    windows:"]
    lines += [f"      - {{partition: {case.name}, at: {n * 100} us, for: 100 us}}" for n, case in enumerate(CASES)]
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_changes_are_found_at_the_next_cold_restart(repository: Path, tmp_path: Path) -> None:
    built = build_plan(plan_text(), repository, tmp_path / "image")
    code = read_code(built.bundle.folder / built.bundle.manifest["kernel"]["elf"])
    addresses = [physical(built.bundle, case.name, case.place) for case in CASES if case.place is not None]

    def drive(debugger: Debugger) -> None:
        debugger.set(code.symbols["timer_in_idle"])
        debugger.go()
        debugger.clear(code.symbols["timer_in_idle"])
        for address in addresses:
            debugger.flip(address)

    found = attended(built, tmp_path / "run", TURN + 30, drive, 60)
    assert found.session.end is End.COMPLETE, found.session.message
    logged = {(name, event): action for name, event, action, _ in records(found.session.lines)}
    assert logged == {(case.name, "integrity"): case.action for case in CASES if case.action is not None}
    assert {case.name: left(case.name, found) for case in CASES} == {case.name: case.left for case in CASES}
    for case in CASES:
        assert found.events(case.name).get("integrity", 0) == (case.action is not None)
        assert found.lines(case.name) == ["start power_on", *(["start self"] if case.left.status is Status.READY else [])]
