"""QEMU's gdb stub, as far as the tests need it: breakpoints, registers, memory, and the monitor's `nmi`.

Protocol: GDB manual, appendix "Remote Serial Protocol". Registers as gdb's i386:x86-64 target numbers them.
"""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path

_REGISTERS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", *(f"r{n}" for n in range(8, 16)), "rip")


class Gone(Exception):
    """The emulator has ended."""


class Debugger:
    """Connected to the stub at a Unix socket. The machine is stopped between calls of `go`."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        until = time.monotonic() + timeout_s
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(timeout_s)
            try:
                self._socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                self._socket.close()
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
        self._received = b""

    def close(self) -> None:
        self._socket.close()

    def set(self, address: int) -> None:
        assert self._ask(f"Z0,{address:x},1") == "OK"

    def clear(self, address: int) -> None:
        assert self._ask(f"z0,{address:x},1") == "OK"

    def go(self) -> None:
        """Runs to the next breakpoint. Gone when the run ends first."""
        reply = self._ask("c")
        if not reply.startswith("T05"):
            raise Gone(reply)

    def step(self) -> None:
        """One instruction."""
        assert self._ask("s").startswith("T05")

    def leave(self) -> None:
        """Lets the machine run on without us."""
        self._ask("D")

    def nmi(self) -> None:
        """A non-maskable interrupt is pending when the machine goes on."""
        reply = self._ask(f"qRcmd,{b'nmi'.hex()}")
        while reply != "OK":
            assert reply.startswith("O"), reply
            reply = self._packet()

    def registers(self) -> dict[str, int]:
        data = bytes.fromhex(self._ask("g"))
        values = dict(zip(_REGISTERS, struct.unpack_from("<17Q", data), strict=True))
        return values | {"rflags": struct.unpack_from("<I", data, 17 * 8)[0]}

    def word(self, address: int) -> int:
        return int.from_bytes(bytes.fromhex(self._ask(f"m{address:x},8")), "little")

    def _ask(self, text: str) -> str:
        self._socket.sendall(f"${text}#{sum(text.encode()) & 0xFF:02x}".encode())
        return self._packet()

    def _packet(self) -> str:
        while b"#" not in self._received or len(self._received) < self._received.index(b"#") + 3:
            try:
                data = self._socket.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                raise Gone("the connection is closed")
            self._received += data
        end = self._received.index(b"#")
        text = self._received[self._received.index(b"$") + 1 : end].decode()
        self._received = self._received[end + 3 :]
        self._socket.sendall(b"+")
        return text
