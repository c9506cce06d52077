"""`hyp run --input`: a file for each partition, to emulators and to a board at the end of a line, in both modes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from hyp.image.project import build_project
from tests.console.lines import FRAMED, as_text, changed
from tests.examples.running import ROOT, run_plan
from tests.hil.test_boards import lab

pytestmark = pytest.mark.slow

LEFT = [f"line {n} for left" for n in range(12)]
RIGHT = [f"{n} for right, with \\xfe in it" for n in range(6)]
UNTIL = ("--frames", "100000000", "--until", "right:^5 for right")
"""The last line that is sent, so the rest has come: input is one queue. No number of frames would do: emulators' time outruns the host."""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """By mode and board; built once."""

    @cache
    def build(mode: str, board: str) -> Path:
        folder = tmp_path_factory.mktemp(f"{mode}-{board}")
        base = as_text(FRAMED, folder) if mode == "text" else FRAMED
        return build_project(str(changed(base, folder, ("board: qemu-q35", f"board: {board}"))), folder / "image")

    return build


def inputs(folder: Path) -> list[str]:
    (folder / "left.txt").write_text("".join(f"{line}\n" for line in LEFT))
    (folder / "right.bin").write_bytes("".join(f"{line}\n" for line in RIGHT).encode().replace(b"\\xfe", b"\xfe"))
    return ["--input", f"left={folder / 'left.txt'}", "--input", f"right={folder / 'right.bin'}"]


@pytest.mark.parametrize(
    ("mode", "target", "board"), [("framed", "qemu", "qemu-q35"), ("framed", "bochs", "bochs"), ("text", "bochs", "bochs")]
)
def test_on_emulators(tmp_path: Path, image: Callable[[str, str], Path], mode: str, target: str, board: str) -> None:
    ran = run_plan(image(mode, board), tmp_path / "record", "--target", target, *UNTIL, *inputs(tmp_path))
    assert ran.consoles["left"] == ["left listens", *LEFT], ran.text
    assert ran.consoles["right"] == ["right listens", *RIGHT], ran.text
    if target == "qemu":
        assert ran.code == 0, ran.text
    else:  # it shows no memory, and reports at its end only
        ran = run_plan(image(mode, board), tmp_path / "whole", "--target", target, "--frames", "200", *inputs(tmp_path))
    assert ran.verdict["drops"] == {}
    assert max(window["jitter_max"] for window in ran.verdict["windows"]) == 0


@pytest.mark.parametrize(("mode", "machine", "cable"), [("text", "qemu", "none"), ("framed", "qemu-loader", "tty")])
def test_on_a_board(tmp_path: Path, image: Callable[[str, str], Path], mode: str, machine: str, cable: str) -> None:
    with lab("desk", "qemu-q35", machine, cable, tmp_path) as bench:
        words = ["--board", "desk", "--port", bench.url, "--boards-file", str(bench.boards_file)]
        ran = run_plan(image(mode, "qemu-q35"), tmp_path / "record", *words, *UNTIL, *inputs(tmp_path))
    assert ran.code == 0, ran.text
    assert ran.consoles["left"] == ["left listens", *LEFT]
    assert ran.consoles["right"] == ["right listens", *RIGHT]
    assert ran.verdict["target"] == "board"


def test_what_was_not_taken_is_said(tmp_path: Path, image: Callable[[str, str], Path]) -> None:
    """A run that is too short for its input."""
    ran = run_plan(image("framed", "qemu-q35"), tmp_path / "record", "--frames", "3", *inputs(tmp_path))
    assert "bytes of input were not taken before the end; a longer run takes more of it" in ran.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--input", "nobody=x"), "no partition 'nobody'; there are left, right"),
        (("--input", "left"), "write PARTITION=FILE"),
        (("--input", "left=/no/such/file"), "/no/such/file: No such file or directory"),
    ],
)
@pytest.mark.parametrize("board", ["qemu-q35", "bochs"])
def test_wrong_usage(image: Callable[[str, str], Path], words: tuple[str, ...], said: str, board: str) -> None:
    command = [sys.executable, "-m", "hyp", "run", str(image("framed", board)), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
