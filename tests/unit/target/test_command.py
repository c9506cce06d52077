"""`hyp run` as a process: exit codes, streams, and nothing left behind whatever ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.target.guest import BOOT, END, REPORT, State, build

WHOLE = BOOT + b"alpha| one\nbeta| two\n" + REPORT + END


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "hyp", "run", *words]


def hyp_run(*words: str | Path, tmp: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"TMPDIR": str(tmp)} if tmp is not None else {})}
    return subprocess.run(
        command("--timeout", "150s", *map(str, words)), capture_output=True, text=True, timeout=180, check=False, env=environment
    )


def test_a_good_run_is_recorded(tmp_path: Path) -> None:
    image = build(tmp_path / "image", WHOLE)
    record = tmp_path / "record"
    done = hyp_run(image, "--frames", "3", "--record", record, "--expect", "alpha:^one$")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "verdict: good"
    assert "hyp: window" not in done.stdout  # the table says it
    assert (record / "raw" / "com1.log").read_bytes() == WHOLE
    assert (record / "console-alpha.txt").read_text() == "one\n"
    assert (record / "console-hyp.txt").read_text().startswith("hyp: boot plan=tiny")
    assert len((record / "trace.bin").read_bytes()) == 12 * 16
    trace = json.loads((record / "trace.json").read_text())
    assert trace["events"][2] == {
        "at_ns": 2_000_000, "core": 0, "kind": "window_start", "window": 1, "schedule": "normal", "partition": "beta",
    }  # fmt: skip
    assert json.loads((record / "verdict.json").read_text())["verdict"] == "good"


def test_json_goes_alone_to_standard_output(tmp_path: Path) -> None:
    done = hyp_run(build(tmp_path, WHOLE), "--frames", "3", "--json")
    assert json.loads(done.stdout)["frames"] == 3
    assert "alpha| one" in done.stderr


def test_neither_for_nor_frames_is_said_once(tmp_path: Path) -> None:
    done = hyp_run(build(tmp_path, WHOLE))
    assert done.stderr.count("running for 2s of target time") == 1
    assert "frames: core 0 completed 3 of 200 major frames" in done.stdout
    assert done.returncode == 3


@pytest.mark.parametrize(("length", "frames"), [("30 ms", 3), ("20001us", 3), ("21ms", 3)])
def test_for_is_rounded_up_to_major_frames(tmp_path: Path, length: str, frames: int) -> None:
    done = hyp_run(build(tmp_path, WHOLE, state=State(frames=frames)), "--for", length)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--frames", "3", "--expect", "alpha:three"], 3, "expect: --expect alpha:three was not seen"),
        (["--frames", "3", "--until", "alpha:three"], 3, "until: --until alpha:three was not seen before the end"),
        (["--frames", "3", "--until", "alpha:one"], 0, "stopped: --until was seen"),
        (["--frames", "0"], 2, "--frames 0: give 1 or more"),
        (["--for", "10"], 2, "--for 10: "),
        (["--for", "0 ms"], 2, "give more than 0"),
        (["--timeout", "soon"], 2, "--timeout soon: "),
        (["--gdb", "99999"], 2, "not a TCP port"),
        (["--expect", "gamma:x"], 2, "no partition 'gamma'"),
        (["--record", "/dev/null/record"], 2, "give a folder that can be written"),
        (["--target", "bochs"], 1, "use --target qemu"),
    ],
)
def test_exit_codes(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    done = hyp_run(build(tmp_path, WHOLE), *words)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert said in done.stdout + done.stderr


def test_a_target_that_fails_is_4(tmp_path: Path) -> None:
    done = hyp_run(build(tmp_path, BOOT, "hang"), "--frames", "3", "--timeout", "10s", "--record", tmp_path / "record")
    assert done.returncode == 4
    assert "did not end in 10 s" in done.stderr
    assert json.loads((tmp_path / "record" / "verdict.json").read_text())["end"] == "hung"


def test_wrong_images_are_1(tmp_path: Path) -> None:
    image = build(tmp_path, WHOLE)
    image.write_bytes(image.read_bytes()[:2000])
    done = hyp_run(image)
    assert done.returncode == 1
    assert "truncated" in done.stderr


def test_drops_are_bad_when_strict(tmp_path: Path) -> None:
    image = build(tmp_path, WHOLE, state=State(drops=(10, 1)))
    assert hyp_run(image, "--frames", "3").returncode == 0
    done = hyp_run(image, "--frames", "3", "--strict")
    assert done.returncode == 3
    assert "drops: beta: lost 10 bytes of console output in 1 writes" in done.stdout


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def eventually(condition: object, what: str) -> None:
    deadline = time.monotonic() + 120
    assert callable(condition)
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("number", "code", "cleans"), [(signal.SIGINT, 130, True), (signal.SIGTERM, 143, True), (signal.SIGKILL, -9, False)]
)
def test_no_emulator_is_left_behind(tmp_path: Path, number: signal.Signals, code: int, cleans: bool) -> None:
    image = build(tmp_path / "image", BOOT, "spin")
    private = tmp_path / "private"
    private.mkdir()
    environment = {**os.environ, "TMPDIR": str(private)}
    with subprocess.Popen(command("--frames", "3", str(image)), stdout=subprocess.PIPE, text=True, env=environment) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline().startswith("hyp: boot")
        (emulator,) = children(runner.pid)
        runner.send_signal(number)
        out, _ = runner.communicate(timeout=180)
    assert runner.returncode == code
    eventually(lambda: gone(emulator), "the emulator is still there")
    if cleans:
        assert list(private.iterdir()) == []
    if number == signal.SIGINT:
        assert "interrupted: judged by what is known" in out
