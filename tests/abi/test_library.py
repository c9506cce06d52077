"""The partition library on the running kernel."""

from __future__ import annotations

from pathlib import Path

from tests.examples.running import run_plan


def test_every_function_of_the_library(tmp_path: Path) -> None:
    ran = run_plan(Path(__file__).parent / "library.yaml", tmp_path, "--frames", "100", "--strict")
    assert ran.code == 0, ran.text
    # What it writes on purpose, and nothing else: every failed check would be a line. The kernel folds long lines.
    assert "".join(ran.consoles["library"]) == "x" * 1499 + "formatted  2.38|42  |beef" + " " * 599 + "7"
