"""A file that cannot be read or written is one line, and no probe is spent on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyp.cli import main as door
from hyp.cli.outputs import check_output
from hyp.exits import ExitCode, Stop


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("board", "--log", "/nonexistent"), "--log /nonexistent: No such file or directory; give a file with what came on the line"),
        (("board", "--port", "loop://", "--raw", "/nonexistent/x"), "--raw /nonexistent/x: No such file or directory"),
        (("board", "--port", "loop://", "-o", "/nonexistent/x.yaml"), "-o /nonexistent/x.yaml: No such file or directory"),
        (("board", "--port", "loop://", "-o", "/proc/x.yaml"), "-o /proc/x.yaml: "),
        (("board", "--log", "/nonexistent", "-o", "/"), "-o /: Is a directory; give a file that can be written"),
        (("media", "loader", "-o", "/proc/x.elf"), "-o /proc/x.elf: "),
        pytest.param(("media", "loader", "-o", "/proc/x.img"), "-o /proc/x.img: ", marks=pytest.mark.slow),
        (("monitor", "watch", "--port", "loop://", "--plan", "x", "--record", "/nonexistent/x"), "--record /nonexistent/x: No such file"),
        (("board", "--port", "loop://", "--baud", "0"), "--baud 0: give 50 to 4000000, for example 115200"),
        (("console", "--port", "loop://", "--baud", "0"), "--baud 0: give 50 to 4000000, for example 115200"),
        (("console", "--port", "loop://", "--baud", "99999999"), "--baud 99999999: give 50 to 4000000"),
    ],
)
def test_one_line_and_2(capfd: pytest.CaptureFixture[str], words: tuple[str, ...], says: str) -> None:
    assert door.main([*words, *(("--name", "x") if words[0] == "board" else ())]) == ExitCode.ENVIRONMENT
    said = capfd.readouterr().err.splitlines()[-1]
    assert said.startswith(f"hyp: {says}")
    assert "internal error" not in said


def test_the_check_leaves_everything_as_it_is(tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.write_text("what it holds")
    for path in (None, held, tmp_path / "new", Path("/dev/null")):
        check_output("-o", path)
    assert [path.name for path in tmp_path.iterdir()] == ["held"]
    assert held.read_text() == "what it holds"
    with pytest.raises(Stop, match=r"-o .*: Is a directory; give a file that can be written"):
        check_output("-o", tmp_path)
