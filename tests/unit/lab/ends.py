"""The board's end of a line, in the test's own process."""

from __future__ import annotations

import json
import os
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import free_port


class TcpEnd:
    """A board whose UART is a TCP server; the host may come and be thrown out."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", free_port()))  # its own, also while nobody listens
        self._host: socket.socket | None = None
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def accept(self, seconds: float = 60.0) -> None:
        self._server.settimeout(seconds)
        self._host, _ = self._server.accept()
        self._host.settimeout(60)

    def send(self, data: bytes) -> None:
        assert self._host is not None
        self._host.sendall(data)

    def receive(self, count: int) -> bytes:
        assert self._host is not None
        data = b""
        while len(data) < count:
            data += self._host.recv(count - len(data))
        return data

    def cut(self) -> None:
        assert self._host is not None
        self._host.close()
        self._host = None

    def close(self) -> None:
        if self._host is not None:
            self.cut()
        self._server.close()


@contextmanager
def tcp_end() -> Iterator[TcpEnd]:
    end = TcpEnd()
    try:
        yield end
    finally:
        end.close()


@contextmanager
def pty_end(link: Path) -> Iterator[int]:
    """The master of a pty; `link` names its slave, as an adapter's device would be named."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), link)  # noqa: PTH211 - a name that does not exist yet
    os.close(slave)
    try:
        yield master
    finally:
        link.unlink(missing_ok=True)  # first: the terminal's number is soon another's
        os.close(master)


class Script:
    """A board that plays a script at each `power_on`: bytes are sent, a number pauses (seconds), a path is waited for, CUT hangs up,
    BACK awaits the host, GONE is for ever."""

    CUT, BACK, GONE = "cut", "back", "gone"

    def __init__(self, folder: Path, *steps: bytes | float | str | Path, before: bytes = b"") -> None:
        self.folder = folder
        self.end = TcpEnd()
        self.image = ""  # what `load` was given last
        self._steps = steps
        self._before = before
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._play, daemon=True)

    def row(self, **keys: str) -> Path:
        """A boards file with this board as `bench`; `keys` replace those of its row, empty ones remove them."""
        given = {
            "board": "tiny-board",
            "port": self.end.url,
            "power_on": "touch on",
            "load": 'echo "$HYP_IMAGE $HYP_COMMAND_LINE" > loaded',
        } | keys
        file = self.folder / "lab.yaml"
        rows = [f"    {key}: {json.dumps(value)}" for key, value in given.items() if value]
        file.write_text("\n".join(["hyp_boards: 1", "boards:", "  bench:", *rows, ""]))
        return file

    def again(self) -> None:
        """Play for another host: the one before has hung up."""
        self.__exit__()
        self._closing.clear()
        self.end = TcpEnd()
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def __enter__(self) -> Script:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(60)
        self.end.close()

    def _play(self) -> None:
        if not self._accepted():
            return
        self.end.send(self._before)
        while not self._closing.wait(0.01):
            if not (self.folder / "on").exists():
                continue
            (self.folder / "on").unlink()
            for step in self._steps:
                self._do(step)

    def _do(self, step: bytes | float | str | Path) -> None:
        if isinstance(step, bytes):
            self.end.send(step)
        elif isinstance(step, float):
            self._closing.wait(step)
        elif isinstance(step, Path):
            while not (self.folder / step).exists() and not self._closing.wait(0.01):
                pass
        elif step == self.CUT:
            self.end.cut()
        elif step == self.GONE:
            self.end.close()
        else:
            self._accepted()

    def _accepted(self) -> bool:
        """False when the test is over before the host has come."""
        while not self._closing.is_set():
            with suppress(TimeoutError):
                self.end.accept(0.05)
                return True
        return False
