"""A line that is cut, comes back, is silent or carries anything at all: everything is in the raw log, and what is not is said."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.lab.line import Line
from hyp.line.port import LineLost
from tests.unit.lab.ends import pty_end, tcp_end

NOISE = bytes(range(256)) * 64 + b"\xff" * 5000 + b"\0" * 5000


@contextmanager
def open_line(url: str, log: Path) -> Iterator[Line]:
    line = Line(url, 115200, log)
    line.start()
    try:
        yield line
    finally:
        line.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_every_byte_is_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "console.log"
    with tcp_end() as board, open_line(board.url, log) as line:
        board.accept()
        assert line.wait_open(60) is None
        board.send(NOISE)
        until(lambda: line.size == len(NOISE))
        assert log.read_bytes() == NOISE
        line.write(b"\x00\xffok")
        assert board.receive(4) == b"\x00\xffok"
        assert (line.losses, line.down_seconds) == ([], 0.0)


def test_a_cut_line_comes_back_and_is_told(tmp_path: Path) -> None:
    with tcp_end() as board, open_line(board.url, tmp_path / "log") as line:
        board.accept()
        board.send(b"before")
        until(lambda: line.size == 6)
        board.cut()
        until(lambda: bool(line.losses))
        board.accept()
        board.send(b"after")
        until(lambda: line.size == 11)
        assert len(line.losses) == 1
        said = str(line.losses[0])
        assert said.startswith("the line was lost after byte 6 (the other side closed it) for ")
        assert said.endswith(" s; what came in the meantime is missing")


def test_a_line_that_stays_away(tmp_path: Path) -> None:
    with tcp_end() as board, open_line(board.url, tmp_path / "log") as line:
        board.accept()
        board.close()
        until(lambda: "refused" in str(line.wait_open(0.05)))
        assert str(line.losses[0]).endswith("and has not come back")
        assert line.down_seconds > 0
        with pytest.raises(Stop, match="nothing can be sent, the line is not open") as stopped:
            line.write(b"x")
        assert stopped.value.code is ExitCode.TARGET_FAILED


def test_a_board_that_is_off_loses_nothing(tmp_path: Path) -> None:
    with tcp_end() as board, open_line(board.url, tmp_path / "log") as line:
        board.accept()
        until(lambda: line.is_open)
        line.quiet = True
        board.cut()
        board.accept()
        board.send(b"x")
        until(lambda: line.size == 1)
        assert line.losses == []


def test_a_tty_that_is_unplugged(tmp_path: Path) -> None:
    link = tmp_path / "ttyUSB0"
    with open_line(str(link), tmp_path / "log") as line:
        until(lambda: "there is no such device" in str(line.wait_open(0.05)))
        with pty_end(link) as master:
            assert line.wait_open(60) is None
            os.write(master, NOISE[:3000])
            until(lambda: line.size == 3000)
        until(lambda: bool(line.losses))
        with pty_end(link) as master:
            assert line.wait_open(60) is None
            os.write(master, b"again")
            until(lambda: line.size == 3005)


def test_a_port_that_somebody_else_has(tmp_path: Path) -> None:
    link = tmp_path / "ttyUSB0"
    with pty_end(link), open_line(str(link), tmp_path / "one") as first:
        assert first.wait_open(60) is None
        with open_line(str(link), tmp_path / "two") as second:
            until(lambda: "another program has it open" in str(second.wait_open(0.05)))


class Broken:
    """A backend with faults of its own."""

    def read(self, seconds: float) -> bytes:
        raise RuntimeError("no idea")

    def write(self, data: bytes) -> None:
        raise LineLost("gone")

    def close(self) -> None:
        raise OSError("closed already")


def test_faults_of_a_backend_are_losses(tmp_path: Path) -> None:
    line = Line("odd://", 115200, tmp_path / "log", lambda url, baud: Broken())  # type: ignore[arg-type,return-value]  # a part of it
    line.start()
    until(lambda: len(line.losses) > 1)
    line.close()
    assert line.losses[0].reason == "no idea"


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    with tcp_end() as board, open_line(board.url, Path("/dev/full")) as line:
        board.accept()
        board.send(b"x")
        until(lambda: line.broken is not None)
        assert line.broken == "the raw log /dev/full cannot be written: No space left on device"
        assert line.wait_open(0.1) == line.broken


def test_a_log_that_cannot_be_made() -> None:
    with pytest.raises(Stop, match="the raw log needs a folder that can be written"):
        Line("socket://127.0.0.1:1", 115200, Path("/dev/null/log")).start()
