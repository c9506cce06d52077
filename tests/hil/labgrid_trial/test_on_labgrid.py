"""Run by tests/hil/test_labgrid.py in an environment of its own: a user's tests, on a board that labgrid holds."""

from __future__ import annotations

import sys

from hyp.pytest_plugin.board import HypBoard
from hyp.pytest_plugin.console import Console
from hyp.pytest_plugin.running import Runner


def test_a_run_is_judged(hyp_run: Runner) -> None:
    assert hyp_run("demo.yaml", frames=20).good


def test_the_console_speaks(hyp_board: HypBoard, hyp_console: Console, hyp_run: Runner) -> None:
    hyp_board.load(hyp_run.image("demo.yaml"), frames=20)
    hyp_board.power_cycle()
    hyp_console.expect("^boot plan=demo ", stream="hyp", timeout=180)
    assert hyp_console.verdict(timeout=180).good
    assert hyp_board.losses == []


def test_labgrid_itself_is_there(target: object) -> None:
    """Its own fixture of the same environment file, in the same run."""
    assert type(target).__module__.startswith("labgrid.")
    assert "pytest_embedded" not in sys.modules
