"""The partition library on the running kernel."""

from __future__ import annotations

from pathlib import Path

from tests.examples.running import run_plan


def test_every_function_of_the_library(tmp_path: Path) -> None:
    ran = run_plan(Path(__file__).parent / "library.yaml", tmp_path, "--frames", "100", "--strict")
    assert ran.code == 0, ran.text
    # What it writes on purpose, and nothing else: every failed check would be a line. The kernel folds long lines.
    assert "".join(ran.consoles["library"]) == "x" * 1499 + "formatted  2.38|42  |beef" + " " * 599 + "7"


def test_what_the_console_cannot_take_is_counted_exactly(tmp_path: Path) -> None:
    """Nothing drains within a window, so the ring takes its size; all of the rest counts as dropped."""
    plan = Path(__file__).parent / "overflow.yaml"
    ran = run_plan(plan, tmp_path / "lenient", "--frames", "80")
    assert ran.code == 0, ran.text
    assert "".join(ran.consoles["overflow"]) == "x" * 4096 + "taken 4096, then 0"
    assert ran.verdict["drops"] == {"overflow": {"bytes": 10000 - 4096 + 1, "events": 2}}
    strict = run_plan(plan, tmp_path / "strict", "--frames", "80", "--strict")
    assert (strict.code, strict.verdict["verdict"]) == (3, "bad")
