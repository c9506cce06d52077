"""The line model in QEMU: a UART that sends and receives at the speed that its divisor says, on QEMU's virtual clock (uart/plugin.c).

On the instruction clock a run is the same every time, to the nanosecond. `LineModel.arguments` go to QEMU beside its own `isa-serial`,
which the model covers; the bytes that left go to `raw`, so that it can be the UART's log of `hyp run`.
"""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from hashlib import sha256
from pathlib import Path

SOURCES = Path(__file__).with_name("uart")
FLAGS = ("-std=c11", "-D_DEFAULT_SOURCE", "-O2", "-g", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wconversion")
CLOCK_HZ = 1_843_200
_RECORD = struct.Struct("<QII")
BREAK = 0x100
"""In place of a byte to send: a break condition."""


class Event(IntEnum):
    SENT = 0  # its stop bit has left
    LOST = 1  # written into a full transmitter
    TAKEN = 2  # arrived, in the receive FIFO
    OVERRUN = 3  # arrived, and the receive FIFO was full


@dataclass(frozen=True)
class Happened:
    at_ns: int
    event: Event
    byte: int


@dataclass(frozen=True)
class LineModel:
    """One UART. `folder` gets the log and the other side's bytes; `raw`, when given, the bytes that were sent."""

    folder: Path
    port: int = 0x3F8
    irq: int = 4
    clock_hz: int = CLOCK_HZ
    fifo: int = 16
    raw: Path | None = None

    def arguments(self, sends: Iterable[tuple[int, int]] = ()) -> list[str]:
        """QEMU's. `sends`: what the other side sends, (instant of the first bit in ns, byte or BREAK), in order of time."""
        words = [
            str(library()),
            f"port={self.port:#x}",
            f"irq={self.irq}",
            f"clock={self.clock_hz}",
            f"fifo={self.fifo}",
            f"log={self._log}",
        ]
        if self.raw is not None:
            words.append(f"raw={self.raw}")
        written = b"".join(_RECORD.pack(at, 0, byte) for at, byte in sends)
        if written:
            path = self.folder / f"line-{self.port:x}.in"
            path.write_bytes(written)
            words.append(f"in={path}")
        return ["-plugin", ",".join(words)]

    def happened(self) -> list[Happened]:
        """What the line saw, in order of time."""
        return [Happened(at, Event(event), byte) for at, event, byte in _RECORD.iter_unpack(self._log.read_bytes())]

    @property
    def _log(self) -> Path:
        return self.folder / f"line-{self.port:x}.log"


@cache
def library() -> Path:
    """The plugin under build/, compiled when its sources have changed. AssertionError with the compiler's text."""
    sources = sorted(SOURCES.glob("*.[ch]"))
    digest = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    output = SOURCES.parents[2] / "build" / "line" / f"line-{digest}.so"
    if not output.exists():
        output.parent.mkdir(parents=True, exist_ok=True)
        partial = output.with_suffix(f".{os.getpid()}")
        command = ["gcc", *FLAGS, "-shared", "-o", str(partial), *(str(path) for path in sources if path.suffix == ".c")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        partial.replace(output)
    return output
