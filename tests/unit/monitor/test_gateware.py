"""What is made of the FPGA tools' log and exit, without them: a slow design, one without room, tools that fail."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.monitor import gateware

USED = """\
Info: Device utilisation:
Info: \t         ICESTORM_LC:  {cells}/  1280    {share}%
Info: \t        ICESTORM_RAM:     9/    16    56%
Info: \t               SB_IO:    17/    96    17%
"""
SPEED = "{level}: Max frequency for clock 'cd_sync.clk': {mhz} MHz ({word} at 12.00 MHz)\n"
EARLY = SPEED.format(level="Info", mhz="9.10", word="FAIL")
"""nextpnr says it twice: after placement, where it is a guess, and after routing."""
NO_ROOM = "ERROR: Unable to place cell 'monitor.judge.at_SB_DFF_Q_LC', no BELs remaining to implement cell type 'ICESTORM_LC'\n"

WINDOW = {"index": 0, "partition": "a", "at_ns": 0}
MANIFEST = cast(
    Manifest,
    {
        "plan": "mine",
        "guard_ns": 2000,
        "schedules": [{"name": "normal", "major_frame_ns": 10_000_000, "windows": [WINDOW]}],
        "monitor": {
            "lines": "parallel", "clock_hz": 12_000_000, "accuracy_ppm": 100, "jitter_ns": 200, "filter_ns": 500, "silence_ns": 10_005_000,
            "drift_frames": 64, "host_baud": 115200, "byte_ns": 0, "baud": 115200, "reset": None, "proof": None,
        },
    },
)  # fmt: skip


class Tools:
    """In the place of Amaranth's build: leaves a log, and ends as told."""

    def __init__(self, log: str, *, fails: bool) -> None:
        self._log, self._fails = log, fails
        self.BOARDS = {"small": SimpleNamespace(room={"ICESTORM_LC": 1280}), "large": SimpleNamespace(room={"ICESTORM_LC": 5280})}

    def platform(self, name: str) -> object:
        return self.BOARDS[name]

    def clock_hz(self, _platform: object) -> int:
        return 12_000_000

    def prepare(self, *_given: object) -> Tools:
        return self

    def execute_local(self, folder: str) -> None:
        (Path(folder) / "monitor.tim").write_text(self._log)
        if self._fails:
            raise subprocess.CalledProcessError(1, "build_monitor.sh")


def built(log: str, *, fails: bool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> gateware.Built:
    monkeypatch.setattr(gateware, "_require", lambda: None)
    monkeypatch.setattr(gateware, "_gateware", lambda _: Tools(log, fails=fails))
    return gateware.synthesise(MANIFEST, "small", folder, lambda _: None)


def refused(log: str, *, fails: bool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ExitCode, str]:
    with pytest.raises(Stop) as stopped:
        built(log, fails=fails, folder=folder, monkeypatch=monkeypatch)
    return stopped.value.code, stopped.value.message


def used(cells: int) -> str:
    return USED.format(cells=cells, share=100 * cells // 1280)


def test_the_last_speed_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = used(1200) + EARLY + SPEED.format(level="Info", mhz="14.50", word="PASS")
    made = built(log, fails=False, folder=tmp_path, monkeypatch=monkeypatch)
    assert (made.fmax_mhz, made.clock_mhz, made.used["ICESTORM_LC"]) == (14.5, 12.0, (1200, 1280))
    assert "  clock       12 MHz, at most 14.5 MHz\n" in made.text()


@pytest.mark.parametrize(("level", "fails"), [("ERROR", True), ("Warning", False)])
def test_a_clock_that_is_not_met_is_refused(level: str, *, fails: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nextpnr fails then, unless it was told not to."""
    log = used(1200) + EARLY + SPEED.format(level=level, mhz="11.99", word="FAIL")
    code, message = refused(log, fails=fails, folder=tmp_path, monkeypatch=monkeypatch)
    assert code == ExitCode.WRONG_INPUT
    assert message == "small: 11.99 MHz at most, its clock has 12 MHz: the plan's table is too large for it"


def test_who_has_room_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, message = refused(used(2567) + NO_ROOM, fails=True, folder=tmp_path, monkeypatch=monkeypatch)
    assert code == ExitCode.WRONG_INPUT
    assert message == "the monitor of this plan does not fit: 2567 logic cells of 1280: `--board large` has room"
    _, message = refused(used(9000) + NO_ROOM, fails=True, folder=tmp_path, monkeypatch=monkeypatch)
    assert message.endswith("9000 logic cells of 1280: no board that is known here has room")


def test_tools_that_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, message = refused("ERROR: out of memory\n", fails=True, folder=tmp_path, monkeypatch=monkeypatch)
    assert (code, message) == (ExitCode.ENVIRONMENT, f"the FPGA tools failed: ERROR: out of memory (logs in {tmp_path})")
    code, message = refused("", fails=False, folder=tmp_path, monkeypatch=monkeypatch)
    assert (code, message) == (ExitCode.ENVIRONMENT, f"nextpnr's log in {tmp_path} does not say what was used")
