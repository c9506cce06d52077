"""Every call and every documented error, driven on the running kernel.

What has to be driven is the ABI's definition: a call, an error or a reason that no partition of cases/ drives fails here.
A group's partitions print a line `case CALL RESULT REASON` for each thing that came true, and `wrong ...` for what did not.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hyp.abi.hypercalls import HYPERCALLS, UNIVERSAL_ERRORS
from tests.examples.running import Ran, run_plan

CASES = Path(__file__).parent / "cases"
FRAMES = "120"
GROUPS = sorted({call.group for call in HYPERCALLS})

Case = tuple[str, str, str]
"""Call, result, reason; a call's success has no reason."""


def documented() -> list[tuple[str, Case]]:
    """(group, case) for everything that the definition promises; what holds for all calls is the system group's."""
    cases = [("system", ("any", error.name, reason)) for error, reason in UNIVERSAL_ERRORS]
    for call in HYPERCALLS:
        cases.append((call.group, (call.name, "OK", "")))
        cases += [(call.group, (call.name, error.name, reason)) for error, reason in call.errors]
    return cases


@cache
def driven(group: str) -> tuple[Ran, frozenset[Case]]:
    """The run of a group's plan, and the cases that came true in it."""
    plan = CASES / f"{group.replace(' ', '_')}.yaml"
    assert plan.is_file(), f"no cases drive the calls of group {group}: {plan.name} is missing"
    with TemporaryDirectory() as record:
        ran = run_plan(plan, Path(record), "--frames", FRAMES, "--strict")
    return ran, frozenset(_case(line) for line in _said(ran) if line.startswith("case "))


def _said(ran: Ran) -> list[str]:
    """What the partitions wrote, remarks left out."""
    return [line for name, lines in ran.consoles.items() if name != "hyp" for line in lines if not line.startswith("# ")]


def _case(line: str) -> Case:
    _, call, result, *reason = line.split(" ", 3)
    return call, result, reason[0] if reason else ""


@pytest.mark.parametrize(
    ("group", "case"), documented(), ids=lambda value: value if isinstance(value, str) else "-".join(value).rstrip("-")
)
def test_documented_case(group: str, case: Case) -> None:
    ran, cases = driven(group)
    assert case in cases, ran.text


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_else_happened(group: str) -> None:
    ran, cases = driven(group)
    assert [line for line in _said(ran) if not line.startswith("case ")] == []
    assert cases <= {case for of, case in documented() if of == group}, "the partitions and the definition use the same words"
    assert ran.verdict["verdict"] == "good", ran.text
    assert "partition caller: pass: all cases" in ran.text, ran.text
