"""Commands that switch a board: their failures are one sentence, and none holds us up."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.lab.commands import run_command
from hyp.lab.control import Control
from hyp.lab.model import LabBoard


def run(command: str, folder: Path, seconds: float = 10.0, **words: str) -> None:
    run_command("power_on", command, folder, words, seconds, folder / "commands.log")


def test_a_command_sees_its_words_and_its_folder(tmp_path: Path) -> None:
    run('echo "$HYP_PORT in $PWD"', tmp_path, HYP_PORT="/dev/x")
    assert (tmp_path / "commands.log").read_text() == f'$ power_on: echo "$HYP_PORT in $PWD"\n/dev/x in {tmp_path}\n'


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("exit 7", "`power_on` failed with status 7: exit 7"),
        ("echo no relay; exit 1", "`power_on` failed with status 1: no relay: echo no relay; exit 1"),
        ("printf 'a\\033[2Jb'; false", "failed with status 1: a·[2Jb: "),
        ("relayy on", "`power_on` failed with status 127: /bin/sh: 1: relayy: not found: relayy on"),
        ("head -c 100000 /dev/urandom; exit 3", "`power_on` failed with status 3"),
    ],
)
def test_a_command_that_fails(tmp_path: Path, command: str, says: str) -> None:
    with pytest.raises(Stop) as stopped:
        run(command, tmp_path)
    assert stopped.value.code is ExitCode.ENVIRONMENT
    assert says in stopped.value.message
    assert stopped.value.message.isprintable()


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"did not end in 2 s"):
        run("sleep 600 & echo $! > child; wait", tmp_path, seconds=2.0)
    child = (tmp_path / "child").read_text().strip()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}/stat").exists() and Path(f"/proc/{child}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_program_may_stay_behind(tmp_path: Path) -> None:
    """It holds the output open; that keeps nobody."""
    run("sleep 600 & echo $! > child", tmp_path, seconds=60.0)
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


def control(folder: Path, **keys: str) -> Control:
    return Control(LabBoard("bench", "", str(folder / "tty"), folder, **keys), folder)  # type: ignore[arg-type]  # all of them texts


def test_what_a_board_lacks_is_said(tmp_path: Path) -> None:
    board = control(tmp_path)
    with pytest.raises(Stop, match="board bench has no `reset` command in the boards file"):
        board.reset()
    board.power_off()  # without a command it stays on
    assert not (tmp_path / "commands.log").exists()


def test_a_line_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    board = control(tmp_path)
    with pytest.raises(Stop, match=r"cannot open .*tty: there is no such device") as stopped:
        board.open()
    board.close()
    assert stopped.value.code is ExitCode.ENVIRONMENT


def test_a_line_that_comes_with_the_power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter on the board itself; a board that does not bring it is told after some time."""
    monkeypatch.setattr("hyp.lab.control._OPEN_AFTER_POWER_SECONDS", 2.0)
    board = control(tmp_path, power_on="true", power_off="touch off")
    board.open()
    with pytest.raises(Stop, match=r"board bench is on, and .*tty cannot be opened: there is no such device"):
        board.power_on()
    board.close()
    assert (tmp_path / "off").exists(), "what was switched on is switched off"
