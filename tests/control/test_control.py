"""Two operations on one partition between two of its windows: the later one holds, whatever its state was, and a look sees it at once."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from hyp.abi.numbers import Control, Mode, Result, StartCause, Status
from hyp.abi.pages import PARTITION_STATUS
from tests.control.rule import Target
from tests.hostile.machine import Found, build_plan, integer, run

STATES = {"r": (Status.READY, Mode.NORMAL), "s": (Status.SUSPENDED, Mode.NORMAL), "h": (Status.HALTED, Mode.IDLE)}
WINDOW_US = 100
ENTRY = 16 + 3 * PARTITION_STATUS.size


@dataclass(frozen=True)
class Case:
    """`look`: the status is read between the two."""

    state: str
    first: Control
    second: Control
    look: bool

    @property
    def name(self) -> str:
        return f"t-{self.state}-{self.first:d}-{self.second:d}-{'y' if self.look else 'n'}"


CASES = [Case(*one) for one in product(STATES, Control, Control, (False, True))]


def plan_text() -> str:
    names = [case.name for case in CASES]
    frame_us = WINDOW_US * len(names) + 6_000
    lines = ["hyp: 1", "name: control", "board: qemu-q35", "partitions:"]
    lines += [f"  {name}: {{image: tests/control/target}}" for name in names]
    lines += [
        "  commander:",
        "    image: tests/control/commander",
        '    grants: {partitions: {"*": [suspend, resume, halt, shutdown, warm_restart, cold_restart]}}',
        "    memory: {areas: [{name: log, size: 20 KiB}]}",
    ]
    access = ", ".join(f"{name}: rw" for name in names)
    lines.append(f"shared: {{tally: {{size: 4 KiB, access: {{{access}}}}}}}")
    lines += ["schedules:", "  normal:", f"    major_frame: {frame_us} us", "    windows:"]
    lines += [f"      - {{partition: {name}, at: {n * WINDOW_US} us, for: {WINDOW_US} us}}" for n, name in enumerate(names)]
    lines.append(f"      - {{partition: commander, at: {WINDOW_US * len(names)} us, for: 3 ms}}")
    return "\n".join(lines) + "\n"


Seen = tuple[Status, Mode, StartCause, int, int]


def status(data: bytes) -> Seen:
    said = {name: integer(value) for name, value in PARTITION_STATUS.unpack(data).items()}
    return Status(said["status"]), Mode(said["mode"]), StartCause(said["start_cause"]), said["cold_starts"], said["warm_starts"]


def wanted(target: Target) -> Seen:
    return target.status, target.mode, target.cause, target.cold, target.warm


def pairs(found: Found, number: int) -> Iterator[tuple[str, object, object]]:
    """What, as it was and as it must be."""
    case = CASES[number]
    entry = found.area("commander", "log")[number * ENTRY : (number + 1) * ENTRY]
    first, second = struct.unpack_from("<2q", entry)
    between, at_once, later = (entry[16 + n * PARTITION_STATUS.size : 16 + (n + 1) * PARTITION_STATUS.size] for n in range(3))
    starts, requests = struct.unpack_from("<2I", found.area(case.name, "tally"), 8 * number)

    target = Target(*STATES[case.state])
    yield "result", Result(first), target.ask(case.first)
    if case.look:
        target.look()
        yield "status between", status(between), wanted(target)
    yield "second result", Result(second), target.ask(case.second)
    target.look()
    yield "status at once", status(at_once), wanted(target)
    seen = target.dispatch()
    yield "status later", status(later), wanted(target)
    yield "starts", starts, target.cold + target.warm
    yield "requests to shut down", requests, seen


def test_two_operations(repository: Path, tmp_path: Path) -> None:
    found = run(build_plan(plan_text(), repository, tmp_path / "image"), tmp_path / "run", 12)
    assert found.facts.verdicts["commander"].passed
    assert found.facts.health == ()
    wrong = [
        f"{case.state}: {case.first.name}{', look' * case.look}, {case.second.name}: {what} is {got}, not {want}"
        for number, case in enumerate(CASES)
        for what, got, want in pairs(found, number)
        if got != want
    ]
    assert "\n".join(wrong) == ""
    assert [facts.late_max for facts in found.facts.windows.values() if facts.late_max] == []
