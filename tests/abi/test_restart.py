"""Restarts on the running kernel."""

from __future__ import annotations

from pathlib import Path

from tests.examples.running import run_plan


def test_a_cold_restart_leaves_nothing_of_the_life_before(tmp_path: Path) -> None:
    ran = run_plan(Path(__file__).parent / "restart.yaml", tmp_path, "--frames", "10", "--strict")
    assert ran.code == 0, ran.text
    assert ran.consoles.get("caller", []) == []
    assert "partition caller: pass: all cases" in ran.text
