"""The other end of an emulator's UART: a socket of QEMU's that takes input. What the UART sends is read from its log, here dropped."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from hyp.exits import ExitCode, Stop

_CONNECT_SECONDS = 10.0
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
