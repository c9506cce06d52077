"""The hostile line itself: what it does is what its rates and seed say, and it survives what it does."""

from __future__ import annotations

import os
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hyp.line.port import LineLost, SerialPort, open_port
from tests.line.faults import BAD, CLEAN, Faults, Rates
from tests.line.hostile import FileEnd, HostileLine, TcpEnd


class Echo:
    """A machine that sends back what it gets."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        machine, _ = self._server.accept()
        with suppress(OSError), machine:
            while data := machine.recv(4096):
                machine.sendall(data)

    def end(self) -> TcpEnd:
        return TcpEnd(self.port)

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    machine = Echo()
    yield machine
    machine.close()


def read_until(port: SerialPort, wanted: bytes) -> None:
    heard = b""
    while wanted not in heard:
        heard += port.read(60.0)


def joined(faults: Faults, data: bytes) -> bytes:
    return b"".join(piece for _, piece, _ in faults.pieces(data))


def test_a_clean_line_changes_nothing() -> None:
    assert joined(Faults(CLEAN, 1), bytes(range(256)) * 100) == bytes(range(256)) * 100


def test_faults_follow_the_seed_and_not_the_pieces() -> None:
    data = os.urandom(20_000)
    whole = joined(Faults(BAD, 7), data)
    pieces = Faults(BAD, 7)
    assert b"".join(joined(pieces, data[at : at + 13]) for at in range(0, len(data), 13)) == whole
    assert whole != data
    assert joined(Faults(BAD, 8), data) != whole


def test_rates_are_kept() -> None:
    faults = Faults(Rates(drop=0.1, double=0.1, flip=0.1), 3)
    joined(faults, bytes(100_000))
    assert all(9_000 < faults.done[name] < 11_000 for name in ("drop", "double", "flip"))


def test_the_beginning_may_pass_untouched() -> None:
    faults = Faults(Rates(flip=1.0, immune=5), 3)
    assert joined(faults, b"hello")[:5] == b"hello"
    assert joined(faults, b"x") != b"x"


@pytest.mark.parametrize("kind", ["tcp", "pty"])
def test_a_relay_passes_bytes_and_breaks_and_opens_again(echo: Echo, tmp_path: Path, kind: str) -> None:
    link = tmp_path / "line" if kind == "pty" else None
    with HostileLine(echo.end, to_machine=Faults(Rates(cut_after=(5,)), 1), pty=link) as line:
        port = open_port(line.url)
        port.write(b"12345")
        with pytest.raises(LineLost):
            read_until(port, b"never said")
        port.close()
        again = open_port(line.url)
        again.write(b"678")
        read_until(again, b"678")
        again.close()
    assert line.error is None
    assert line.to_machine.done["cut"] == 1


def test_the_machine_may_be_a_terminal() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    with HostileLine(lambda: FileEnd(Path(os.ttyname(slave)))) as line:
        port = open_port(line.url)
        os.write(master, b"from the machine")
        assert port.read(60.0)
        port.write(b"to it")
        assert os.read(master, 100)
        port.close()
    os.close(slave)
    os.close(master)
