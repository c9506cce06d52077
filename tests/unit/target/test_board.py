"""`hyp run` on a board at the end of a line that behaves, is silent, is cut, or carries something else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hyp.cli import main as door
from tests.unit.lab.ends import Script
from tests.unit.target.guest import BOOT, END, REPORT, build

WHOLE = BOOT + b"alpha| one\nbeta| two\n" + REPORT + END
CUT, BACK, GONE = Script.CUT, Script.BACK, Script.GONE
NOISE = bytes(range(128, 256)) * 20


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("image"), b"")


def hyp_run(image: Path, script: Script, /, *words: str | Path, **row: str) -> int:
    command = ["run", image, "--board", "bench", "--boards-file", script.row(**row), *words]
    return door.main([str(word) for word in command])


def test_a_good_run_is_recorded(tmp_path: Path, image: Path, capfd: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "record"
    with Script(tmp_path, WHOLE) as board:
        assert hyp_run(image, board, "--frames", "3", "--record", record, "--expect", "alpha:^one$") == 0
    shown = capfd.readouterr().out
    assert "alpha| one\n" in shown
    assert shown.endswith("verdict: good\n")
    assert (record / "raw" / "com1.log").read_bytes() == WHOLE
    assert (record / "console-beta.txt").read_text() == "two\n"
    verdict = json.loads((record / "verdict.json").read_text())
    assert (verdict["target"], verdict["clock"], verdict["jitter_bound"], verdict["line_losses"]) == ("board", "wall", 1000, [])
    assert verdict["versions"]["target"] == f"bench at {board.end.url}"
    assert (tmp_path / "loaded").read_text() == f"{image} frames=3\n"


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((b"alpha| old\n" + REPORT + END, 0.2, WHOLE), id="the end of what ran before"),
        pytest.param((b"hyp: panic: old\n", 0.2, WHOLE), id="an old panic"),
        pytest.param((b"\xff\x00" + WHOLE,), id="a noise byte before the first line"),
        pytest.param((NOISE, WHOLE), id="noise"),
        pytest.param((b"\rSeaBIOS (version 1)\r\nBooting from DVD/CD...\r\n" + WHOLE.replace(b"\n", b"\r\n"),), id="firmware"),
        pytest.param(tuple(bytes([byte]) for byte in WHOLE), id="byte by byte"),
    ],
)
def test_what_comes_before_does_not_matter(tmp_path: Path, image: Path, steps: tuple[bytes | float, ...]) -> None:
    with Script(tmp_path, *steps) as board:
        assert hyp_run(image, board, "--frames", "3") == 0


@pytest.mark.parametrize(
    ("steps", "code", "says"),
    [
        ((), 4, "the target printed nothing on com1 in 0.6 s"),
        ((NOISE,), 4, "2560 bytes came on com1 in 0.6 s, and no `hyp: boot` among them; the last line: nothing that is text"),
        ((b"No bootable device.\n",), 4, "the last line: No bootable device. (is the speed right? does it boot the image?)"),
        ((BOOT + b"alpha| one\n",), 4, "the target did not end in 0.6 s"),
        ((BOOT + b"alpha| one\nhyp: panic: page fault\nhyp: rip=0\n",), 4, "the kernel failed: panic: page fault"),
        ((b"hyp: halt: cpu: nx expected\n",), 4, "the kernel refuses this machine: halt: cpu: nx expected"),
        ((WHOLE.replace(b"plan=tiny", b"plan=other"),), 3, "image: the target booted plan other, it is judged as tiny"),
        ((WHOLE.replace(b"frames=3", b"frames=2"),), 3, "frames: core 0 completed 2 of 3 major frames"),
    ],
)
def test_failures_are_told_apart(
    tmp_path: Path, image: Path, capfd: pytest.CaptureFixture[str], steps: tuple[bytes], code: int, says: str
) -> None:
    record = tmp_path / "record"
    all_has_come = f"test $(stat -c %s {record / 'raw' / 'console.log'}) -ge {sum(map(len, steps))}"
    with Script(tmp_path, *steps) as board:
        words = ("--frames", "3", "--timeout", "600ms", "--record", record)  # which begins when the command has ended
        assert hyp_run(image, board, *words, power_on=f"touch on; until {all_has_come}; do sleep 0.01; done") == code
    shown = capfd.readouterr()
    assert says in shown.out + shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--strict",), 3)])
def test_a_line_that_is_cut_and_comes_back(
    tmp_path: Path, image: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    with Script(tmp_path, BOOT + b"alpha| on", CUT, BACK, b"e\nbeta| two\n" + REPORT + END) as board:
        assert hyp_run(image, board, "--frames", "3", *words) == code
    shown = capfd.readouterr().out
    lost = rf"line: the line was lost after byte {len(BOOT) + 9} \(the other side closed it\) for \d+\.\d s"
    assert re.search(lost, shown)
    assert ("(--strict)" in shown) == bool(words)


def test_a_line_that_is_lost_for_good(
    tmp_path: Path, image: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyp.target.board._GONE_SECONDS", 2.0)
    with Script(tmp_path, BOOT + b"alpha| one\n", 0.5, GONE) as board:
        assert hyp_run(image, board, "--frames", "3") == 4
    said = capfd.readouterr().err.splitlines()[-1]
    assert said == f"hyp: the console never said `hyp: end`: the line {board.end.url} is lost for 2 s: the other side closed it"


@pytest.mark.parametrize(
    ("row", "words", "code", "says"),
    [
        ({"power_on": "echo no relay; false"}, (), 2, "board bench: `power_on` failed with status 1: no relay"),
        ({"load": "false"}, (), 2, "board bench: `load` failed with status 1: false"),
        ({"board": "bochs"}, (), 1, "the image is for board tiny-board, bench is a bochs: build the plan with `board: bochs`"),
        ({"load": "", "image": "other"}, (), 1, "which is another image"),
        ({"load": "", "image": "none"}, (), 2, "none: No such file or directory"),
        ({"power_on": "", "port": "/dev/none"}, (), 2, "cannot open /dev/none: there is no such device"),
        ({"power_on": "", "port": "socket://127.0.0.1:1"}, (), 2, "connection refused"),
        ({"baud": "x"}, (), 1, "1 error in the boards file"),
        ({}, ("--board", "bnch"), 2, "has no board `bnch`; did you mean `bench`?"),
    ],
)
def test_what_cannot_be_run(
    tmp_path: Path, image: Path, capfd: pytest.CaptureFixture[str], row: dict[str, str], words: tuple[str, ...], code: int, says: str
) -> None:
    build(tmp_path / "other", b"another one")
    with Script(tmp_path, WHOLE) as board:
        assert hyp_run(image, board, "--frames", "3", "--timeout", "60s", *words, **row) == code
    shown = capfd.readouterr().err
    assert says in shown
    assert "Traceback" not in shown


def test_a_medium_that_holds_the_image(tmp_path: Path, image: Path) -> None:
    """Its command line says how many frames it runs; nothing is loaded."""
    with Script(tmp_path, WHOLE) as board:
        assert hyp_run(image, board, load="", image=str(image)) == 0
        assert not (tmp_path / "loaded").exists()


def test_attach_loads_nothing(tmp_path: Path, image: Path) -> None:
    with Script(tmp_path, WHOLE) as board:
        assert hyp_run(image, board, "--attach") == 0
        assert not (tmp_path / "loaded").exists()


def test_attach_to_what_is_running(tmp_path: Path, image: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Somebody switches it on, or has done so: the report at the end says it all."""
    with Script(tmp_path, before=b"ta| two\n" + REPORT + END) as board:
        command = ["run", str(image), "--port", board.end.url, "--attach", "--until", "beta:never", "--timeout", "60s"]
        assert door.main(command) == 3
    shown = capfd.readouterr()
    assert "until: --until beta:never was not seen before the end" in shown.out
    assert f"hyp run: listening at {board.end.url}; no command starts board board: switch it on now\n" in shown.err


def test_what_was_switched_on_is_switched_off(tmp_path: Path, image: Path) -> None:
    with Script(tmp_path, WHOLE) as board:
        assert hyp_run(image, board, "--frames", "3", power_off="echo off >> off") == 0
    assert (tmp_path / "off").read_text() == "off\n" * 2  # before it was switched on, and at the end


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--target", "board"], "--target board: which one? Give --board NAME of a boards file, or --port URL"),
        (["--target", "qemu", "--port", "x"], "--port is for boards; leave out --target qemu"),
        (["--board", "x", "--qemu-arg=-x"], "--qemu-arg is for emulators; a board has none"),
        (["--board", "x", "--attach", "--frames", "3"], "--attach: what the board boots says itself how long it runs"),
        (["--port", "x", "--baud", "1"], "--baud 1: give 50 to 4000000"),
        (["--baud", "9600"], "which board? Give --board NAME of the boards file, or --port URL"),
        (["--board", "x", "--boards-file", "/none"], "--boards-file /none: there is no such file"),
    ],
)
def test_wrong_usage(image: Path, capfd: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    assert door.main(["run", str(image), *words]) == 2
    assert says in capfd.readouterr().err
