"""The monitor's line to the host when there is only its simulation: its bytes on a TCP port, as a network serial line would carry them."""

from __future__ import annotations

import socket
from threading import Thread
from types import TracebackType


class Line:
    """Gives `data` to each who connects, in turn; then it hangs up, or stays. `url` is for `hyp monitor watch --port`."""

    def __init__(self, data: bytes, *, hang_up: bool = False) -> None:
        self._data, self._hang_up = data, hang_up
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Line:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        with socket.create_connection(self._listener.getsockname()):
            self._data = b""
        self._listener.close()
        self._thread.join(5.0)

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with link:
                if not self._data:
                    return
                try:
                    link.sendall(self._data)
                    if self._hang_up:
                        link.shutdown(socket.SHUT_WR)
                    while link.recv(4096):
                        pass
                except OSError:
                    continue
