"""The schedule monitor as a witness of tests on boards, and of `hyp run --board`: both ends of the lines play a script."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hyp.cli import main as door
from hyp.exits import ExitCode
from hyp.monitor.kinds import Kind
from tests.unit.lab.ends import Script
from tests.unit.monitor.speaker import MONITOR, Speaker, SpokenLine, spoilt, watched
from tests.unit.target.guest import BOOT, END, REPORT, build

REST = b"alpha| one\nbeta| two 2\n" + REPORT + END
PAUSE = 1.5
"""Seconds from the kernel's first line to its last ones: the monitor is heard in between."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("image"), b"", monitor=MONITOR)


@pytest.fixture
def board(pytester: pytest.Pytester) -> Script:
    return Script(pytester.path, BOOT, PAUSE, REST)


def outcome(pytester: pytest.Pytester, board: Script, source: str, *words: str, **row: str) -> pytest.RunResult:
    pytester.makepyfile(source)
    chosen = ("--hyp-board", "bench", "--hyp-boards-file", str(board.row(**row)), "--junitxml", "junit.xml")
    with board:
        return pytester.runpytest_inprocess("-p", "hyp.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:xdist", *chosen, *words)


def properties(pytester: pytest.Pytester, name: str) -> list[str]:
    found = ElementTree.parse(pytester.path / "junit.xml").iter("property")
    return [one.attrib["value"] for one in found if one.attrib["name"] == name]


def by_run(image: Path) -> str:
    return f"def test_it(hyp_run):\n    outcome = hyp_run({str(image)!r}, frames=3)\n    assert outcome.good\n"


def by_console(image: Path) -> str:
    return (
        f"def test_it(hyp_board, hyp_console, hyp_run):\n    hyp_board.load(hyp_run.image({str(image)!r}), frames=3)\n"
        "    hyp_board.start()\n    assert hyp_console.verdict().good\n"
    )


@pytest.mark.parametrize("source", [by_run, by_console], ids=["hyp_run", "hyp_console"])
def test_a_monitor_that_has_nothing_against_it(pytester: pytest.Pytester, board: Script, image: Path, source: object) -> None:
    """The silence after the run's last frame is its end."""
    assert callable(source)
    data, speaker = spoilt(Kind.SILENT)
    with SpokenLine(data, speaker, faults=1) as line:
        result = outcome(pytester, board, source(image), "--hyp-monitor", line.url)
    result.assert_outcomes(passed=1)
    assert properties(pytester, "hyp_monitor") == ["10 major frames, 10 good, 0 faults"]
    assert properties(pytester, "hyp_reason") == []


@pytest.mark.parametrize("source", [by_run, by_console], ids=["hyp_run", "hyp_console"])
def test_a_fault_fails_the_test_in_the_monitors_words(pytester: pytest.Pytester, board: Script, image: Path, source: object) -> None:
    """The row of the boards file names the monitor; the kernel itself says that all is well."""
    assert callable(source)
    data, speaker = spoilt(Kind.MISSING)
    with SpokenLine(data, speaker, faults=1) as line:
        result = outcome(pytester, board, source(image), monitor=line.url)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*monitor: frame 11: missing: window 0 of alpha*"])
    assert properties(pytester, "hyp_monitor") == ["10 major frames, 10 good, 1 faults"]


def test_what_the_monitor_said_is_kept(pytester: pytest.Pytester, board: Script, image: Path) -> None:
    data, speaker = spoilt(Kind.MISSING)
    with SpokenLine(data, speaker, faults=1) as line:
        outcome(pytester, board, by_run(image), monitor=line.url)
    assert properties(pytester, "hyp_reason") == ["monitor: frame 11: missing: window 0 of alpha"]
    record = json.loads((Path(properties(pytester, "hyp_record")[0]) / "monitor.json").read_text())
    assert (record["verdict"], record["fault_count"]) == ("bad", 1)


def test_a_board_that_stops_within_a_frame(pytester: pytest.Pytester, board: Script, image: Path) -> None:
    """Whatever its console says: that silence is no end of a run."""
    speaker = Speaker(watched())
    data = speaker.hello() + speaker.good(1, 11) + speaker.fault(Kind.SILENT, 1, frame=11)
    with SpokenLine(data, speaker, faults=1) as line:
        result = outcome(pytester, board, by_run(image), monitor=line.url)
    result.stdout.fnmatch_lines(["*monitor: frame 11: silent: window 1 of beta*"])


def test_a_plan_without_a_monitor(pytester: pytest.Pytester, board: Script, tmp_path: Path) -> None:
    plain = build(tmp_path / "plain", b"")
    with SpokenLine(b"") as line:
        result = outcome(pytester, board, by_run(plain), monitor=line.url)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"board bench has a monitor at {line.url}, and plan tiny has none: add `monitor: {{lines: parallel}}` to tiny.yaml"]
    )


def test_a_monitor_that_is_not_there(pytester: pytest.Pytester, board: Script, image: Path) -> None:
    """It is said before the board is started."""
    result = outcome(pytester, board, by_run(image), "--hyp-monitor", "/dev/none")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the monitor's line /dev/none: there is no such device; *"])
    assert not (pytester.path / "loaded").exists()


def test_a_monitor_needs_a_board(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest_inprocess("-p", "hyp.pytest_plugin", "-p", "no:cacheprovider", "--hyp-monitor", "/dev/x")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--hyp-monitor needs --hyp-board NAME" in result.stderr.str()


@pytest.mark.parametrize(("kind", "code"), [(Kind.SILENT, ExitCode.GOOD), (Kind.OVERRUN, ExitCode.JUDGED_BAD)])
def test_hyp_run(board: Script, image: Path, tmp_path: Path, kind: Kind, code: ExitCode, capfd: pytest.CaptureFixture[str]) -> None:
    data, speaker = spoilt(kind)
    words = ["run", str(image), "--board", "bench", "--boards-file", str(board.row()), "--frames", "3", "--record", str(tmp_path / "kept")]
    with SpokenLine(data, speaker, faults=1) as line, board:
        assert door.main([*words, "--monitor", line.url]) == code
    said = capfd.readouterr().out
    assert ("  monitor: frame 11: overrun by 0 ns: window 0 of alpha" in said.splitlines()) == (kind is Kind.OVERRUN)
    assert json.loads((tmp_path / "kept" / "monitor.json").read_text())["frames"] == {"seen": 10, "good": 10}
