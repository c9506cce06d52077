"""What lies between a host and a machine's UART: a serial adapter (a tty), a terminal server (raw TCP), a device server (RFC 2217).

It stays while the machine behind it comes and goes, as what is on a bench does.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
import tty
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Any

import serial
from serial.rfc2217 import PortManager

_POLL_SECONDS = 0.02
_RETRY_SECONDS = 0.05
_BYTES = 65536


class Cable(ABC):
    """A thread that carries bytes between the machine's end, a TCP port, and the host's. `url` is what the host opens.

    `calls`: the machine connects to the port, as Bochs does; else it listens there, as QEMU does.
    """

    url = ""

    def __init__(self, machine: int, *, calls: bool) -> None:
        self._port = machine
        self._listener = socket.create_server(("127.0.0.1", machine)) if calls else None
        self._machine: socket.socket | None = None
        self._tried = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(60)
        for end in (self._machine, self._listener):
            if end is not None:
                end.close()

    @abstractmethod
    def host_ends(self) -> list[int]:
        """Files that may have something from the host."""

    @abstractmethod
    def from_host(self, end: int) -> bytes:
        """Bytes for the machine."""

    @abstractmethod
    def to_host(self, data: bytes) -> None: ...

    def _carry(self) -> None:
        while not self._closing.is_set():
            self._connect()
            ends = [*self.host_ends(), *(one.fileno() for one in (self._machine, self._listener) if one is not None)]
            for end in select.select(ends, [], [], _POLL_SECONDS)[0]:
                if self._machine is not None and end == self._machine.fileno():
                    self._take(self._machine)
                elif self._listener is not None and end == self._listener.fileno():
                    self._machine = self._listener.accept()[0]
                elif (data := self.from_host(end)) and self._machine is not None:
                    with suppress(OSError):
                        self._machine.sendall(data)

    def _connect(self) -> None:
        if self._machine is not None or self._listener is not None or time.monotonic() - self._tried < _RETRY_SECONDS:
            return
        self._tried = time.monotonic()
        with suppress(OSError):
            self._machine = socket.create_connection(("127.0.0.1", self._port), timeout=1)

    def _take(self, machine: socket.socket) -> None:
        data = received(machine)
        if data:
            self.to_host(data)
        else:
            machine.close()
            self._machine = None


class Adapter(Cable):
    """A tty: the slave of a pty, under a name that stays."""

    def __init__(self, machine: int, path: Path, *, calls: bool) -> None:
        super().__init__(machine, calls=calls)
        self._master, self._slave = os.openpty()  # the slave stays open, so that its buffer outlives the host's program
        tty.setraw(self._slave)
        path.symlink_to(os.ttyname(self._slave))
        self._path, self.url = path, str(path)

    def close(self) -> None:
        self._path.unlink()  # the terminal's number is soon another's
        super().close()
        os.close(self._master)
        os.close(self._slave)

    def host_ends(self) -> list[int]:
        return [self._master]

    def from_host(self, end: int) -> bytes:
        return os.read(end, _BYTES)

    def to_host(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]


class NullModem:
    """Two ttys and what is sent to one comes from the other: `url` is the host's, `machine` the machine's."""

    def __init__(self, folder: Path) -> None:
        self._ends = [os.openpty() for _ in range(2)]  # the slaves stay open, so that each outlives the program at it
        for (_, slave), name in zip(self._ends, ("ttyBOARD", "ttyMACHINE"), strict=True):
            tty.setraw(slave)
            (folder / name).symlink_to(os.ttyname(slave))
        self.url, self.machine = str(folder / "ttyBOARD"), str(folder / "ttyMACHINE")
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        for path in (self.url, self.machine):
            Path(path).unlink()  # the terminal's number is soon another's
        self._closing.set()
        self._thread.join(60)
        for pair in self._ends:
            for file in pair:
                os.close(file)

    def _carry(self) -> None:
        (host, _), (machine, _) = self._ends
        while not self._closing.is_set():
            for end in select.select([host, machine], [], [], _POLL_SECONDS)[0]:
                data = os.read(end, _BYTES)
                while data:
                    data = data[os.write(machine if end == host else host, data) :]


class TerminalServer(Cable):
    """Raw TCP, one client at a time: a new one takes the place of the one before it."""

    scheme = "socket"

    def __init__(self, machine: int, *, calls: bool) -> None:
        super().__init__(machine, calls=calls)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._client: socket.socket | None = None
        self.url = f"{self.scheme}://127.0.0.1:{self._door.getsockname()[1]}"

    def close(self) -> None:
        super().close()
        self._door.close()
        self.drop()

    def drop(self) -> None:
        """Hang up on the host."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def greet(self) -> None:
        """A client has come."""

    def host_ends(self) -> list[int]:
        client = self._client
        return [self._door.fileno(), *([client.fileno()] if client is not None else [])]

    def from_host(self, end: int) -> bytes:
        if end == self._door.fileno():
            self.drop()
            self._client = self._door.accept()[0]
            self._client.settimeout(60)
            self.greet()
            return b""
        data = received(self._client) if self._client is not None else b""
        if not data:
            self.drop()
        return data

    def to_host(self, data: bytes) -> None:
        self.write(data)

    def write(self, data: bytes) -> None:
        if self._client is not None:
            try:
                self._client.sendall(data)
            except OSError:
                self.drop()


class DeviceServer(TerminalServer):
    """RFC 2217 by pyserial's own protocol engine. `settings` is a serial port that is no line: it keeps what the client sets."""

    scheme = "rfc2217"

    def __init__(self, machine: int, *, calls: bool) -> None:
        super().__init__(machine, calls=calls)
        self.settings: Any = serial.serial_for_url("loop://")
        self._protocol: Any = None

    def greet(self) -> None:
        self._protocol = PortManager(self.settings, self)

    def from_host(self, end: int) -> bytes:
        return b"".join(self._protocol.filter(data)) if (data := super().from_host(end)) else b""

    def to_host(self, data: bytes) -> None:
        if self._protocol is not None:
            self.write(b"".join(self._protocol.escape(data)))


def received(end: socket.socket) -> bytes:
    """Empty when the other side is gone."""
    try:
        return end.recv(_BYTES)
    except OSError:
        return b""
