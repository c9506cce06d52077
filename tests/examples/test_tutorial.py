"""The tutorial's files and commands do what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.running import ROOT
from tests.examples.tutorial import Command, make_checkout, matches, play, renumbered, steps

TUTORIAL = ROOT / "docs" / "tutorial.md"


def test_the_tutorial_runs_as_written(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path, ROOT)
    commands = 0
    for step in steps(TUTORIAL.read_text(encoding="utf-8")):
        actual = play(step, checkout)
        if isinstance(step, Command):
            commands += 1
            assert any(line != "..." for line in step.shown) or not step.shown, f"nothing is compared for {step.line}"
            assert matches(step.shown, actual), f"$ {step.line}\n" + "\n".join(actual)
    assert commands >= 6


def test_the_plan_that_is_shown_is_the_plan_that_is_run() -> None:
    plan = (ROOT / "config" / "hello.yaml").read_text(encoding="utf-8")
    assert f"```yaml\n{plan}```" in TUTORIAL.read_text(encoding="utf-8")


def test_output_that_differs_is_found() -> None:
    assert matches(("a", "...", "d"), ["a", "b", "c", "d"])
    assert matches(("...", "d"), ["d"])
    assert not matches(("a", "...", "d"), ["a", "b", "c"])
    assert not matches(("a", "d"), ["a", "b", "d"])


def test_only_numbers_are_written_anew() -> None:
    assert renumbered(("at 21 ns", "...", "rip=0x21"), ["at 13 ns", "7 lines", "rip=0x2f"]) == ["at 13 ns", "...", "rip=0x2f"]
    with pytest.raises(ValueError, match="more than numbers differ"):
        renumbered(("at 21 ns",), ["at 21 us"])
