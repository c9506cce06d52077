"""A fault while another one is handled is `nested_fault`, whatever the plan says of either; what does not stop the handler is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.health.outcome import records
from tests.hostile.machine import Found, build_plan, run

FAULTS = ("divide_error", "invalid_opcode", "page_fault", "general_protection", "memory_violation", "breakpoint", "illegal_hypercall")
RULES = ("propagate", "suspend", "warm_restart", "{action: halt, limit: 2 in 1 s, then: suspend}")
FIRST, ENDS = ("divide_error", "propagate"), ["start power_on", "handler", "handler went on", "went on"]


@dataclass(frozen=True)
class Nested:
    """What the handler of a divide error does, and the plan's rules beside `divide_error: propagate`."""

    second: str
    rules: str
    logged: Sequence[tuple[str, str]]
    lines: Sequence[str]


def nested(second: str, rules: str, action: str, *more: str) -> Nested:
    lines = ["start power_on"] if second == "nobody" else ["start power_on", "handler"]
    return Nested(second, rules, [FIRST, ("nested_fault", action)], [*lines, *more])


CASES = (
    *(nested(fault, f"{fault}: {rule}", "halt") for fault in FAULTS[1:] for rule in RULES),
    *(nested(fault, f"nested_fault: {action}", action) for fault in FAULTS[:3] for action in ("suspend", "shutdown")),
    *(
        nested(fault, f"nested_fault: {action}", action, "start health")
        for fault in FAULTS[:3]
        for action in ("warm_restart", "cold_restart")
    ),
    # The library has no handler for it: its own fault is what the plan decides about.
    nested("nobody", "nested_fault: warm_restart", "warm_restart", "start health"),
    nested("nobody", "invalid_opcode: propagate", "halt"),
    # These do not stop the handler.
    Nested("breakpoint", "breakpoint: log", [FIRST, ("breakpoint", "log")], ENDS),
    Nested("breakpoint", "breakpoint: ignore", [FIRST], ENDS),
    Nested("breakpoint", "breakpoint: {action: log, limit: 2 in 1 s, then: halt}", [FIRST, ("breakpoint", "log")], ENDS),
    nested("breakpoint", "breakpoint: {action: log, limit: 1 in 1 s, then: suspend}", "halt"),
    Nested("illegal_hypercall", "", [FIRST, ("illegal_hypercall", "log")], ENDS),
    Nested("application_error", "application_error: halt", [FIRST, ("application_error", "halt")], ENDS[:2]),
    # Its own handler waits until this one has ended.
    Nested(
        "application_error",
        "application_error: propagate",
        [FIRST, ("application_error", "propagate")],
        [*ENDS[:3], "other handler: application_error", ENDS[3]],
    ),
)


def plan_text(cases: Sequence[Nested]) -> str:
    lines = ["hyp: 1", "name: nested", "board: qemu-q35", "partitions:"]
    for n, case in enumerate(cases):
        rules = "divide_error: propagate" + (f", {case.rules}" if case.rules else "")
        lines.append(f"  p{n}: {{image: tests/health/nester, args: {case.second}, health: {{{rules}}}}}")
    lines += ["schedules:", "  normal:", "    major_frame: 2 s", "    windows:"]
    lines += [f"      - {{partition: p{n}, at: {n * 30} ms, for: 100 us}}" for n in range(len(cases))]  # time to print each one's
    return "\n".join(lines) + "\n"


def judge(found: Found, cases: Sequence[Nested]) -> str:
    log = records(found.session.lines)
    wrong = []
    for n, case in enumerate(cases):
        name = f"p{n}"
        logged = [(event, action) for partition, event, action, _ in log if partition == name]
        want, got = (list(case.logged), list(case.lines)), (logged, found.lines(name))
        wrong += [f"{case.second}, {case.rules}: {got}, not {want}"] if got != want else []
    return "\n".join(wrong)


def test_faults_of_handlers(repository: Path, tmp_path: Path) -> None:
    found = run(build_plan(plan_text(CASES), repository, tmp_path / "image"), tmp_path / "run", 2)
    assert judge(found, CASES) == ""
    assert [facts.delivered for facts in found.facts.windows.values()] == [2] * len(CASES)
    assert found.facts.drops == {}
