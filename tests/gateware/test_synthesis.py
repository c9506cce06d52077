"""The open FPGA flow, offline, and the model checker: the slow part, with `hyp test --fpga` (needs `pip install 'hyp[sim,fpga]'`)."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hyp.exits import ExitCode
from sim.monitor.formal import JudgeHolds, WatchdogHolds, check
from sim.monitor.judge import Judge

pytestmark = [pytest.mark.fpga, pytest.mark.slow]

MONITORED = "monitor: {lines: parallel, reset: {boot: 10 s, tries: 3}}\nconsole:"
WATCHDOG_DEPTH = 40
"""More than two boots, two resets and an alarm take."""
JUDGE_DEPTH = 34
"""A whole frame and the beginning of the next one, from power-on."""


def build(plan: Path, board: str, output: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hyp", "monitor", "build", str(plan), "--board", board, "-o", str(output)]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


@pytest.fixture
def demo(repository: Path, tmp_path: Path) -> Path:
    """The demo, monitored."""
    plan = tmp_path / "demo.yaml"
    text = (repository / "config" / "demo.yaml").read_text().replace("console:", MONITORED, 1)
    plan.write_text(text.replace("image: partitions/", f"image: {repository}/partitions/"))
    return plan


def test_the_demo_fits_with_half_to_spare(demo: Path, tmp_path: Path) -> None:
    done = build(demo, "icebreaker", tmp_path / "fpga")
    assert done.returncode == ExitCode.GOOD, done.stderr
    assert (tmp_path / "fpga" / "monitor.bin").stat().st_size > 100_000
    used = {line.split()[0]: line.split() for line in done.stdout.splitlines() if " of " in line}
    assert int(used["logic"][2]) * 2 <= int(used["logic"][4])
    assert int(used["block"][2]) * 2 <= int(used["block"][4])
    speed = next(line for line in done.stdout.splitlines() if "clock" in line and "MHz" in line).split()
    assert float(speed[speed.index("most") + 1]) >= 12


def test_a_board_that_is_too_small_is_refused(demo: Path, tmp_path: Path) -> None:
    done = build(demo, "icestick", tmp_path / "fpga")
    assert done.returncode == ExitCode.WRONG_INPUT
    assert re.search(r"does not fit: [0-9]+ logic cells of 1280: `--board icebreaker` or `--board hx8k-evn` has room", done.stderr)


def test_another_clock_than_the_boards_is_refused(demo: Path, tmp_path: Path) -> None:
    demo.write_text(demo.read_text().replace("{lines: parallel,", "{lines: parallel, clock: 16 MHz,"))
    done = build(demo, "icebreaker", tmp_path / "fpga")
    assert done.returncode == ExitCode.WRONG_INPUT
    assert "write `clock: 12000 kHz`" in done.stderr


def test_the_watchdog_holds_whatever_comes(tmp_path: Path) -> None:
    assert "Status: PASSED" in check(WatchdogHolds(), WATCHDOG_DEPTH, tmp_path)


def test_the_judge_holds_whatever_comes(tmp_path: Path) -> None:
    assert "Status: PASSED" in check(JudgeHolds(), JUDGE_DEPTH, tmp_path)


MUTANTS = {
    "late is good": ("(shifted >= lo) & (shifted <= hi)", "shifted >= lo"),
    "any window is good": ("m.If(known & (identity == expected))", "m.If(known)"),
}
"""Text of the judge, and what a careless hand would have made of it. Both faults show within the first frame, where the search is short."""


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_model_checker_finds_a_careless_judge(name: str, tmp_path: Path) -> None:
    assert "Status: FAILED" in check(JudgeHolds(mutated(*MUTANTS[name])), JUDGE_DEPTH, tmp_path)


def mutated(old: str, new: str) -> type[Judge]:
    """The judge's source, with one change."""
    source = Path(inspect.getfile(Judge)).read_text()
    assert source.count(old) == 1, old
    made: dict[str, Any] = {"__name__": "mutant"}
    exec(source.replace(old, new), made)
    judge: type[Judge] = made["Judge"]
    return judge


def test_the_model_checker_finds_a_fault(tmp_path: Path) -> None:
    """A watchdog that may try once more than is claimed: the checks above can fail."""
    assert "Status: FAILED" in check(WatchdogHolds(claimed=1), WATCHDOG_DEPTH, tmp_path)
