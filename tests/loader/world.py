"""The loader on the host, behind a line in virtual time (sim/world.c): a `Port` whose other end is the loader's own C code."""

from __future__ import annotations

import ctypes
import os
import subprocess
from functools import cache
from hashlib import sha256
from math import ceil
from pathlib import Path

from hyp.abi.emit import loader_header
from hyp.toolchain.share import firmware_sources
from tests.line.faults import CLEAN, Faults
from tests.line.machine import SOURCES as UART

SIM = Path(__file__).with_name("sim")
LOADER = ("frames.c", "sha256.c", "store.c", "image.c", "handoff.c", "line.c", "requests.c")
"""All of the loader but `main.c` and what only a CPU can do."""
FLAGS = ("-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-pointer-to-int-cast")
TRAPS = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
_BUFFER = 4096
"""Of the host's system, for one line: who writes more waits."""


def sources() -> list[Path]:
    firmware = firmware_sources()
    return [*(firmware / "loader" / name for name in LOADER), firmware / "start" / "serial.c"]


def includes(build: Path) -> list[str]:
    """With the generated header in `build`; ours come first."""
    build.mkdir(parents=True, exist_ok=True)
    (build / "hyp_loader.h").write_text(loader_header())
    firmware = firmware_sources()
    return [f"-I{path}" for path in (SIM / "include", firmware / "loader", firmware / "start" / "include", build, UART)]


def compiled(name: str, files: list[Path], flags: tuple[str, ...]) -> Path:
    """Under build/loader-host, when a source has changed. AssertionError with the compiler's text."""
    firmware = firmware_sources()
    read = sorted([*files, *SIM.rglob("*.h"), *firmware.rglob("*.h"), *UART.glob("*.h")])
    text = b"".join(path.read_bytes() for path in read) + repr(flags).encode() + loader_header().encode()
    folder = Path(__file__).parents[2] / "build" / "loader-host" / sha256(text).hexdigest()[:16]
    output = folder / name
    if not output.exists():
        options = includes(folder)
        partial = output.with_suffix(f".{os.getpid()}")
        command = ["gcc", *FLAGS, *flags, *options, "-o", str(partial), *(str(path) for path in files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        partial.replace(output)
    return output


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(compiled("world.so", [SIM / "world.c", UART / "uart.c", *sources()], (*TRAPS, "-fPIC", "-shared"))))
    for name in ("run", "now", "waiting", "overruns"):
        getattr(library, f"world_{name}").restype = ctypes.c_uint64
    library.world_physical.restype = ctypes.c_void_p
    return library


class World:
    """A `Port`. One at a time: the loader's state is the library's."""

    def __init__(
        self,
        *,
        clock_hz: int = 1_843_200,
        fifo: int = 16,
        latency_ms: float = 1.0,
        room: int = 16 << 20,
        to_loader: Faults | None = None,
        to_host: Faults | None = None,
        baud_max: int | None = None,
    ) -> None:
        """`latency_ms`: an adapter hands on what it has received that often. `baud_max`: the cable carries no more."""
        self._library = _library()
        self._room = ctypes.c_uint64(room)
        self._to_loader = to_loader or Faults(CLEAN, 0)
        self._to_host = to_host or Faults(CLEAN, 0)
        self._baud_max = baud_max
        self.baud = 0
        self._library.world_begin(ctypes.c_uint64(clock_hz), fifo, ctypes.c_uint64(round(latency_ms * 1e6)), self._room)
        self.set_baud(115200)

    def read(self, seconds: float) -> bytes:
        until = self._library.world_now() + max(0, ceil(seconds * 1e9))
        buffer = (ctypes.c_uint8 * 65536)()
        while True:
            now = self._library.world_run(ctypes.c_uint64(until), 1)
            count = self._library.world_read(buffer, 65536)
            data = self._through(self._to_host, bytes(buffer[:count]))
            if data or now >= until:
                return data

    def write(self, data: bytes) -> None:
        sent = self._through(self._to_loader, data)
        self._library.world_write(sent, len(sent))
        while self._library.world_waiting() > _BUFFER:
            self._pass(0.001)

    def flush(self) -> None:
        while self._library.world_waiting():
            self._pass(0.001)

    def set_baud(self, baud: int) -> None:
        self.baud = baud
        self._library.world_baud(ctypes.c_uint64(baud))

    def send_break(self) -> None:
        self.flush()
        self._library.world_break(ctypes.c_uint64(self._library.world_now() + 250_000_000))
        self._pass(0.26)

    def close(self) -> None:
        """Nothing to give back."""

    def now(self) -> float:
        return float(self._library.world_now() / 1e9)

    # ---- What a test asks.

    @property
    def started(self) -> bool:
        return bool(self._library.world_started())

    @property
    def divisor(self) -> int:
        return int(self._library.world_divisor())

    @property
    def overruns(self) -> int:
        return int(self._library.world_overruns())

    def memory(self, address: int, size: int) -> bytes:
        return ctypes.string_at(self._library.world_physical(ctypes.c_uint64(address)), size)

    def spoil(self, address: int, data: bytes) -> None:
        ctypes.memmove(self._library.world_physical(ctypes.c_uint64(address)), data, len(data))

    def image_ends(self) -> None:
        self._library.world_return(self._room)

    def _pass(self, seconds: float) -> None:
        """Time goes by; what arrives waits."""
        self._library.world_run(ctypes.c_uint64(self._library.world_now() + round(seconds * 1e9)), 0)

    def _through(self, faults: Faults, data: bytes) -> bytes:
        if self._baud_max is not None and self.baud > self._baud_max:
            data = bytes(byte ^ 0x5A for byte in data)
        return b"".join(piece for _, piece, _ in faults.pieces(data))
