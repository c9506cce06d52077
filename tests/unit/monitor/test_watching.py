"""`hyp monitor watch` and the witness beside a run, on lines that say what a test wants."""

from __future__ import annotations

import json
import time
from pathlib import Path

import jsonschema
import pytest

from hyp.cli import main as door
from hyp.exits import ExitCode, Stop
from hyp.monitor import watching
from hyp.monitor.beside import Background
from hyp.monitor.kinds import VERDICT, Kind
from hyp.monitor.witness import Witness
from sim.monitor.standin.line import Line
from tests.unit.monitor.speaker import MONITOR, Speaker, SpokenLine, spoilt, watched
from tests.unit.target.guest import build

FEW = "10 of 100 frames in 0.5 s: does the board run, is it wired?"
SILENT = "the monitor says nothing for 0.3 s: is it powered, is `host_baud` the plan's?"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("image"), b"", monitor=MONITOR)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SILENT_S", 0.3)


def watch(url: str, image: Path, *more: str) -> int:
    return door.main(["monitor", "watch", "--port", url, "--plan", str(image), *more])


def test_a_board_that_dies_is_told_of(image: Path, tmp_path: Path, repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The frames do not come, but a fault did: table, record and verdict are there, and say both."""
    data, speaker = spoilt()
    kept = tmp_path / "record.json"
    with SpokenLine(data, speaker, faults=1) as line:
        code = watch(line.url, image, "--frames", "100", "--timeout", "500ms", "--json", "--record", str(kept))
    told = capfd.readouterr()
    assert code == ExitCode.JUDGED_BAD
    reasons = ["frame 11: silent: window 0 of alpha", FEW]
    assert told.err.splitlines()[-3:] == [*(f"monitor: bad: {reason}" for reason in reasons), "monitor: verdict: bad"]
    record = json.loads(told.out)
    jsonschema.validate(record, json.loads((repository / "hyp" / "schemas" / "monitor.schema.json").read_text()))
    assert (record["verdict"], record["reasons"]) == ("bad", reasons)
    assert json.loads(kept.read_text()) == record


def test_a_board_that_does_not_begin(image: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No fault and no frames: the target failed, and the record says so, too."""
    speaker, kept = Speaker(watched()), tmp_path / "record.json"
    with SpokenLine(speaker.hello() + speaker.state(), speaker) as line:
        code = watch(line.url, image, "--frames", "100", "--timeout", "500ms", "--record", str(kept))
    told = capfd.readouterr()
    few = FEW.replace("10 of", "0 of")
    assert (code, told.err) == (ExitCode.TARGET_FAILED, f"hyp: {few}\n")
    assert told.out.splitlines()[-3:] == ["monitor: bad: no good frame was seen", f"monitor: bad: {few}", "monitor: verdict: bad"]
    assert json.loads(kept.read_text())["reasons"] == ["no good frame was seen", few]


def test_a_monitor_of_another_plan_is_no_judge(image: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever faults it names."""
    speaker, kept = Speaker(watched()), tmp_path / "record.json"
    with Line(speaker.fault(Kind.LATE, 1, 40) + speaker.hello(version=9)) as line:
        assert watch(line.url, image, "--frames", "9", "--record", str(kept)) == ExitCode.WRONG_INPUT
    assert "speaks version 9 of the protocol" in capfd.readouterr().err
    assert "speaks version 9 of the protocol" in json.loads(kept.read_text())["reasons"][-1]


def test_a_short_watch_without_a_plan(image: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Line(Speaker(watched()).good(100, 150)) as line:
        assert watch(line.url, image, "--for", "300ms") == ExitCode.JUDGED_BAD
    assert "monitor: bad: the monitor has not said which plan it was made from" in capfd.readouterr().out


def test_odd_records_are_no_error_of_ours(image: Path, capfd: pytest.CaptureFixture[str]) -> None:
    speaker = Speaker(watched())
    data = speaker.hello() + speaker.good(1, 50) + speaker.record(VERDICT | 15) + speaker.state(state=7) + speaker.fault(Kind.WRONG, 99)
    with Line(data) as line:
        assert watch(line.url, image, "--for", "300ms") == ExitCode.JUDGED_BAD
    assert "monitor: bad: 3 records make no sense" in capfd.readouterr().out


def test_a_record_that_cannot_be_kept(image: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It is said before anything is listened to."""
    missing = tmp_path / "no" / "x.json"
    assert watch("/dev/no-such-port", image, "--for", "300ms", "--record", str(missing)) == ExitCode.ENVIRONMENT
    assert capfd.readouterr().err == f"hyp: --record {missing}: No such file or directory; give a file that can be written\n"


def listen(beside: Background, frames: int, seconds: float = 0.0) -> None:
    """A run that takes so many frames, and then some time."""
    limit = time.monotonic() + 10
    with beside:
        while beside.witness.frames < frames:
            assert time.monotonic() < limit
            time.sleep(0.01)
        time.sleep(seconds)


def test_a_witness_beside_a_run() -> None:
    speaker = Speaker(watched())
    with SpokenLine(speaker.hello() + speaker.good(1, 50), speaker) as line:
        beside = Background(watched(), line.url)
        listen(beside, 49)
    assert beside.witness.reasons() == []


def test_a_run_that_is_shorter_than_a_round_of_the_monitor() -> None:
    """It says its plan after the run's end, in time."""
    speaker = Speaker(watched())
    with SpokenLine(speaker.good(1, 50), speaker, last=speaker.hello()) as line:
        beside = Background(watched(), line.url)
        listen(beside, 49)
    assert beside.witness.reasons() == []


@pytest.mark.usefixtures("impatient")
def test_a_monitor_that_falls_silent_beside_a_run() -> None:
    """50 frames in no time, and then nothing."""
    speaker = Speaker(watched())
    with Line(speaker.hello() + speaker.good(1, 50)) as line:
        beside = Background(watched(), line.url)
        with pytest.raises(Stop, match="says nothing for"):
            listen(beside, 49, 0.8)
    assert beside.witness.reasons() == [SILENT]


def test_a_line_that_is_lost_beside_a_run() -> None:
    speaker = Speaker(watched())
    with Line(speaker.hello() + speaker.good(1, 50), hang_up=True) as line:
        beside = Background(watched(), line.url)
        with pytest.raises(Stop, match="the monitor's line is lost"):
            listen(beside, 49, 0.2)
    assert "the monitor's line is lost" in beside.witness.reasons()[0]


def test_an_error_of_ours_beside_a_run_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_witness: Witness, _data: bytes) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(Witness, "feed", fail)
    with Line(b"x") as line, pytest.raises(ValueError, match="a bug"):
        listen(Background(watched(), line.url), 0, 0.2)
