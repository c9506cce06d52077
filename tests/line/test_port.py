"""Ports: opened by URL, exclusively, nothing lost at the start, modem lines left alone, and a lost line says so."""

from __future__ import annotations

import fcntl
import os
import socket
import termios
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyp.exits import ExitCode, Stop
from hyp.line.port import LineLost, SerialPort, open_port


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """(the machine's end, the path of the tool's end)"""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


def read_all(port: SerialPort, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = port.read(60.0)
        assert piece, f"only {data!r}"
        data += piece
    return data


def test_a_terminal_carries_every_byte_both_ways(terminal: tuple[int, str]) -> None:
    master, path = terminal
    port = open_port(path)
    every = bytes(range(256))
    os.write(master, every)
    assert read_all(port, 256) == every
    port.write(every)
    assert os.read(master, 512) == every
    port.close()


def test_what_came_before_it_was_opened_is_not_lost(terminal: tuple[int, str]) -> None:
    master, path = terminal
    os.write(master, b"early")
    port = open_port(path)
    assert read_all(port, 5) == b"early"
    port.close()


def test_a_terminal_is_opened_by_one_only(terminal: tuple[int, str]) -> None:
    first = open_port(terminal[1])
    with pytest.raises(Stop) as stop:
        open_port(terminal[1])
    assert stop.value.code is ExitCode.ENVIRONMENT
    assert "another program has it open" in stop.value.message
    first.close()


def test_closing_does_not_drop_the_modem_lines(terminal: tuple[int, str]) -> None:
    file = os.open(terminal[1], os.O_RDWR | os.O_NOCTTY)
    settings = termios.tcgetattr(file)
    settings[2] |= termios.HUPCL
    termios.tcsetattr(file, termios.TCSANOW, settings)
    open_port(terminal[1]).close()
    assert not termios.tcgetattr(file)[2] & termios.HUPCL
    os.close(file)


def test_the_modem_lines_are_not_set_at_opening(terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = fcntl.ioctl

    def recording(file: int, request: int, *rest: object) -> object:
        asked.append(request)
        return real(file, request, *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(fcntl, "ioctl", recording)
    open_port(terminal[1]).close()
    assert not {termios.TIOCMSET, termios.TIOCMBIS, termios.TIOCMBIC} & set(asked)


def test_a_read_waits_no_longer_than_asked(terminal: tuple[int, str]) -> None:
    port = open_port(terminal[1])
    assert port.read(0.0) == b""
    assert port.read(0.05) == b""
    port.close()


def test_a_socket_reads_at_once_and_says_when_it_is_closed() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    accepted: list[socket.socket] = []
    thread = threading.Thread(target=lambda: accepted.append(server.accept()[0]))
    thread.start()
    port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")
    thread.join()
    accepted[0].sendall(b"x" * 100_000)
    assert read_all(port, 100_000) == b"x" * 100_000
    accepted[0].close()
    with pytest.raises(LineLost, match=r"closed|reset"):
        port.read(60.0)
    port.close()
    server.close()


def test_a_terminal_that_goes_away_is_a_lost_line() -> None:
    master, slave = os.openpty()
    port = open_port(os.ttyname(slave))
    os.close(slave)
    os.close(master)
    with pytest.raises(LineLost):
        port.read(60.0)
    port.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/dev/there-is-none", "no such device"),
        ("socket://127.0.0.1:1", "nothing listens"),
        ("nonsense://x", "socket://HOST:PORT"),
        ("socket://", "socket://HOST:PORT"),
    ],
)
def test_what_cannot_be_opened_says_why(url: str, said: str) -> None:
    with pytest.raises(Stop) as stop:
        open_port(url)
    assert stop.value.code is ExitCode.ENVIRONMENT
    assert said in stop.value.message
    assert "Traceback" not in stop.value.message


def test_a_file_is_no_port(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(Stop):
        open_port(str(path))


def test_its_clock_is_monotonic(terminal: tuple[int, str]) -> None:
    port = open_port(terminal[1])
    before = time.monotonic()
    assert before <= port.now() <= time.monotonic()
    port.close()
