"""QEMU's gdb stub, as far as the tests need it: breakpoints, registers, memory, and QEMU's monitor.

Protocol: GDB manual, appendix "Remote Serial Protocol". Registers as gdb's i386:x86-64 target numbers them.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.hostile.machine import Built, Found, Runner

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
        self.monitor("nmi")

    def machine_check(self, *, can_go_on: bool) -> None:
        """Likewise an uncorrected error, valid and enabled, with or without RIPV (SDM 3B 16.3)."""
        self.monitor(f"mce 0 1 {1 << 63 | 1 << 61 | 1 << 60:#x} {4 | can_go_on:#x} 0 0")

    def monitor(self, command: str) -> None:
        """A command of QEMU's monitor that has nothing to say."""
        reply = self._ask(f"qRcmd,{command.encode().hex()}")
        while reply != "OK":
            assert reply.startswith("O"), reply
            assert bytes.fromhex(reply[1:]).strip() == b"", bytes.fromhex(reply[1:]).decode()
            reply = self._packet()

    def put(self, register: str, value: int) -> None:
        data = bytearray.fromhex(self._ask("g"))
        struct.pack_into("<Q", data, 8 * _REGISTERS.index(register), value)
        assert self._ask(f"G{data.hex()}") == "OK"

    def write(self, address: int, data: bytes) -> None:
        """Memory, whatever the page tables say of writing."""
        assert self._ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"

    def flip(self, address: int) -> None:
        """One bit of the byte at a physical address."""
        assert self._ask("Qqemu.PhyMemMode:1") == "OK"
        self.write(address, bytes([self.read(address, 1)[0] ^ 1]))
        assert self._ask("Qqemu.PhyMemMode:0") == "OK"

    def read(self, address: int, size: int) -> bytes:
        return bytes.fromhex(self._ask(f"m{address:x},{size:x}"))

    def store(self, address: int, value: int) -> None:
        """32 bits to a device's register: the CPU itself executes `mov %eax, (%rdi)` where it stands."""
        registers = self.registers()
        code = self.read(registers["rip"], 2)
        self.write(registers["rip"], b"\x89\x07")
        self.put("rax", value)
        self.put("rdi", address)
        self.step()
        self.write(registers["rip"], code)
        for name in ("rip", "rax", "rdi"):
            self.put(name, registers[name])

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


def attended(built: Built, folder: Path, frames: int, drive: Callable[[Debugger], None], timeout_s: float) -> Found:
    """A run that `drive` watches over from the machine's first instruction; it ends with Gone, or by returning."""
    arguments = ("-S", "-gdb", "unix:gdb.sock,server=on,wait=off", "-icount", "shift=0,sleep=on")
    failures: list[BaseException] = []

    def attend() -> None:
        debugger = Debugger(folder / "gdb.sock", timeout_s)
        try:
            drive(debugger)
            debugger.leave()
        except Gone:
            pass
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)
            runner.target.stop()
        finally:
            debugger.close()

    runner = Runner(built.bundle, folder, frames, arguments, timeout_s)
    thread = threading.Thread(target=attend)
    with runner:
        thread.start()
        found = runner.watch()
    thread.join(timeout_s)
    if failures:
        raise failures[0]
    return found
