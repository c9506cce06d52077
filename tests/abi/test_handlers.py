"""The library's upcall and trap handlers on the running kernel."""

from __future__ import annotations

from pathlib import Path

from tests.examples.running import run_plan


def test_handlers_leave_what_they_interrupt_as_it_was(tmp_path: Path) -> None:
    ran = run_plan(
        Path(__file__).parent / "handlers.yaml", tmp_path, "--frames", "30"
    )  # not strict: so many traps at once are not all printed
    assert ran.code == 0, ran.text
    for partition in ("caller", "integers"):
        assert ran.consoles.get(partition, []) == [], ran.text
        assert f"partition {partition}: pass: all cases" in ran.text
    traps = {one["partition"]: one["count"] for one in ran.verdict["health"] if one["event"] == "invalid_opcode"}
    assert traps == {"caller": 12, "integers": 12}, "six in each of two lives"
    calls = {one["partition"]: one["count"] for one in ran.verdict["health"] if one["event"] == "illegal_hypercall"}
    assert calls == {"caller": 4, "integers": 4}, "only those without a handler, two in each life"
