"""TCP ports for programs that a test starts and that listen themselves: nobody else gets one between the choice and the start."""

from __future__ import annotations

import atexit
import os
import socket
from contextlib import suppress

FIRST, COUNT = 20_000, 12_000
"""Below what the kernel gives to outgoing connections (32768 and up), so that none of them takes a port that is free for a moment."""


def free_port() -> int:
    """A port that nothing uses, ours until this process ends, other test runs on this machine included."""
    for step in range(COUNT):
        port = FIRST + (os.getpid() * 64 + step) % COUNT
        with suppress(OSError):
            _claim(port)
            with socket.create_server(("127.0.0.1", port)):
                return port
    raise AssertionError(f"no port of {FIRST} to {FIRST + COUNT} is free")


def _claim(port: int) -> None:
    """By a name that one process can have: not a file, so that none is left behind."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0hyp-test-port-{port}")
    except OSError:
        claim.close()
        raise
    atexit.register(claim.close)
