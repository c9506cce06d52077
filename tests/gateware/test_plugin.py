"""The RTL as a witness of a user's test: what the kernel said and did in QEMU comes over the lines of a board of the lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.target.bundle import Bundle
from hyp.target.options import Options
from hyp.target.run import run
from sim.monitor.standin.bench import Bench
from sim.monitor.standin.line import Line
from sim.monitor.standin.pins import Write
from tests.gateware.conftest import FRAMES
from tests.gateware.streams import HALF_PS, Stream, from_writes, missing
from tests.unit.lab.ends import Script

_REST_PS = 4_000_000_000
"""After the last edge: the monitor says that the board is silent, and then all that it still has to say."""
_START = b"hyp: start\r\n"


@pytest.fixture(scope="module")
def console(fast: Bundle, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of the run whose pins were recorded."""
    raw = tmp_path_factory.mktemp("raw")
    run(fast, "qemu", Options(FRAMES), lambda _: None, raw)
    return (raw / "com1.log").read_bytes()


def heard(pytester: pytest.Pytester, rtl: Bench, stream: Stream, fast: Bundle, console: bytes) -> pytest.RunResult:
    """A test run on a board with that console, and with the monitor at those pins."""
    pytester.makepyfile(f"def test_it(hyp_run):\n    assert hyp_run({str(fast.folder)!r}, frames={FRAMES}).good\n")
    start = console.index(_START)
    board = Script(pytester.path, console[:start], 1.5, console[start:])
    with Line(rtl.run(stream.events(), stream.end_ps + _REST_PS, HALF_PS).host) as line, board:
        file: Path = board.row(board="qemu-q35", monitor=line.url)
        return pytester.runpytest_inprocess(
            "-p", "hyp.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:xdist", "--hyp-board", "bench", "--hyp-boards-file", str(file)
        )


def test_a_run_that_keeps_the_plan(pytester: pytest.Pytester, rtl: Bench, writes: list[Write], fast: Bundle, console: bytes) -> None:
    heard(pytester, rtl, from_writes(writes), fast, console).assert_outcomes(passed=1)


def test_a_window_that_is_not_there(pytester: pytest.Pytester, rtl: Bench, writes: list[Write], fast: Bundle, console: bytes) -> None:
    """The kernel's own report is as good as before: only the monitor knows."""
    result = heard(pytester, rtl, missing(from_writes(writes), 40, 0, 0), fast, console)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*  monitor: frame *: missing: window * of *"])
