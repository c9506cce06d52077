"""The line as enemy: a relay between a tool and a machine's UART that does what bad lines do. Both ends may be TCP or a pseudo-terminal.

    with HostileLine(machine, to_machine=Faults(BAD, 1), to_host=Faults(BAD, 2)) as line:
        tool("--port", line.url)

A cut closes the tool's side. It may open again at once: the machine never notices, as with an adapter that is pulled out and put back.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.line.faults import CLEAN, Faults

_CHUNK = 4096
_TICK = 0.05


class TcpEnd:
    """A socket of the machine's: QEMU's chardev with `server=on`, or Bochs' `socket-server`. Connects when it is there."""

    def __init__(self, port: int, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", port), timeout=1)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self._socket.settimeout(None)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


class FileEnd:
    """A pseudo-terminal or another file of the machine's, by path."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_NOCTTY)
        if os.isatty(self._file):
            tty.setraw(self._file)

    def fileno(self) -> int:
        return self._file

    def close(self) -> None:
        os.close(self._file)


class _TcpSide:
    """Where the tool connects. One tool at a time, as a serial line has it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_TICK)
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._client: socket.socket | None = None

    def file(self) -> int | None:
        if self._client is None:
            with suppress(TimeoutError):
                self._client = self._listener.accept()[0]
        return self._client.fileno() if self._client is not None else None

    def cut(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def close(self) -> None:
        self.cut()
        self._listener.close()


class _PtySide:
    """A link to a pseudo-terminal; a cut takes the terminal away and puts a new one behind the same link, as udev does."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self.url = str(link)
        self._open()

    def _open(self) -> None:
        self._file, slave = os.openpty()
        tty.setraw(slave)
        fresh = self._link.with_name(f".{self._link.name}")
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self._link)
        self._slave = slave  # kept open: reading the master would fail while no tool has it open

    def file(self) -> int | None:
        return self._file

    def cut(self) -> None:
        old = self._slave, self._file
        self._open()  # first: the link always leads somewhere
        for file in old:
            os.close(file)

    def close(self) -> None:
        self._link.unlink(missing_ok=True)  # first: the terminal's number is soon another's
        os.close(self._slave)
        os.close(self._file)


class HostileLine:
    """Runs in a thread of its own. `machine` opens the machine's end. With `pty`, the tool's end is a link at that path."""

    def __init__(
        self,
        machine: Callable[[], TcpEnd | FileEnd],
        to_machine: Faults | None = None,
        to_host: Faults | None = None,
        pty: Path | None = None,
    ) -> None:
        self.to_machine = to_machine or Faults(CLEAN, 0)
        self.to_host = to_host or Faults(CLEAN, 0)
        self._side = _PtySide(pty) if pty is not None else _TcpSide()
        self.url = self._side.url
        self.error: Exception | None = None
        self.attended = threading.Event()
        """A tool has come."""
        self._open_machine = machine
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hostile line", daemon=True)

    def __enter__(self) -> HostileLine:
        self._machine = self._open_machine()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(60)
        self._side.close()
        self._machine.close()

    def cut(self) -> None:
        """Break the line now."""
        self._cut_wanted = True

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._turn()
        except Exception as error:  # noqa: BLE001 - told to the test, which is in another thread
            self.error = error

    _cut_wanted = False

    def _turn(self) -> None:
        if self._cut_wanted:
            self._cut_wanted = False
            self._side.cut()
        tool, machine = self._side.file(), self._machine.fileno()
        if tool is not None:
            self.attended.set()
        ready, _, _ = select.select([machine, *([tool] if tool is not None else [])], [], [], _TICK)
        if tool is not None and tool in ready:
            data = _read(tool)
            if data:
                self._pass_on(self.to_machine, data, machine)
            else:
                self._side.cut()
                return
        if machine in ready:
            data = _read(machine)
            if not data:
                self._stop.set()
                self._side.cut()
            else:
                self._pass_on(self.to_host, data, tool)

    def _pass_on(self, faults: Faults, data: bytes, file: int | None) -> None:
        """Without a tool at the other end the bytes are gone, as on a real line."""
        for wait, piece, broken in faults.pieces(data):
            if wait:
                time.sleep(wait)
            if file is not None:
                _write(file, piece)
            if broken:
                self._side.cut()
                return


def _read(file: int) -> bytes:
    try:
        return os.read(file, _CHUNK)
    except OSError:
        return b""


def _write(file: int, data: bytes) -> None:
    with suppress(OSError):
        while data:
            data = data[os.write(file, data) :]
