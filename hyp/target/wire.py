"""The other end of an emulator's UART that takes input. Whatever the UART sends is in its raw log: QEMU writes that itself, for Bochs it
is written here.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from hyp.exits import ExitCode, Stop

_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_CHUNK = 1 << 16


class Wire:
    """QEMU waits at its start until this is connected, so that no byte is early."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + _CONNECT_SECONDS
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Stop(ExitCode.TARGET_FAILED, f"the emulator did not open its console for input: {error.strerror}") from None
                time.sleep(0.01)
        threading.Thread(target=self._drop, daemon=True).start()  # or the emulator would wait for room

    def send(self, data: bytes) -> None:
        """A machine that is gone takes nothing; that it is gone is seen elsewhere."""
        with suppress(OSError):
            self._socket.sendall(data)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _drop(self) -> None:
        with suppress(OSError):
            while self._socket.recv(_CHUNK):
                pass


class Called:
    """Bochs' UARTs call a TCP port of this host's: `address` is for its configuration. One call is taken, from this machine only."""

    def __init__(self, log: Path) -> None:
        """Stop ENVIRONMENT when there can be no log."""
        try:
            self._log = log.open("wb", buffering=0)
        except OSError as error:
            raise Stop(ExitCode.ENVIRONMENT, f"{log}: {error.strerror}; the raw log needs a folder that can be written") from None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._socket: socket.socket | None = None
        self.failed = ""  # why the log is not whole
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def send(self, data: bytes) -> None:
        """As of a `Wire`."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.sendall(data)

    def drained(self, seconds: float) -> bool:
        """The machine has hung up, and all that it sent is in the log; waits for that, at most `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def close(self) -> None:
        """The machine has to be gone before, or what it still sends is lost."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        if self._socket is not None and not self.drained(_CLOSE_SECONDS):
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(_CLOSE_SECONDS)
        self._log.close()

    def _keep(self) -> None:
        try:
            self._socket, _ = self._listener.accept()
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            return
        finally:
            self._listener.close()
        while data := self._received(self._socket):
            try:
                self._log.write(data)
            except OSError as error:
                self.failed = f"the raw log {self._log.name} cannot be written: {error.strerror}"
                break
        self._socket.close()

    def _received(self, end: socket.socket) -> bytes:
        """Empty when the machine is gone; what it has sent comes before that, however it ended."""
        with suppress(OSError):
            # Bochs sends byte by byte, and its host holds the next ones back until the first is acknowledged: at once, not after 40 ms.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            return end.recv(_CHUNK)
        return b""
