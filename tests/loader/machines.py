"""QEMU with the loader, which it starts itself; its line is TCP or a pseudo-terminal. From media, and in Bochs: tests/media."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hyp.target.workspace import Child
from tests.ports import free_port

QEMU = "qemu-system-x86_64"
_STANDARD = ("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-M", "q35", "-cpu", "max", "-accel", "tcg")
_CLOCK = ("-icount", "shift=0,sleep=off", "-rtc", "base=2026-01-01,clock=vm", "-seed", "1")
_READY = b"hyp: loader ready"
_SECONDS = 300.0


@dataclass(frozen=True)
class Machine:
    """`url`: for the tools. `log`: what the machine has sent on its line, whoever listened."""

    url: str
    tcp: int
    log: Path
    child: Child

    def said(self) -> bytes:
        return self.log.read_bytes() if self.log.exists() else b""

    def wait_for(self, text: bytes, times: int = 1, seconds: float = _SECONDS) -> None:
        """AssertionError with what it said when it does not say `text` so many times."""
        deadline = time.monotonic() + seconds
        while self.said().count(text) < times:
            assert self.child.status() is None, f"the machine ended: {self.child.said()}"
            assert time.monotonic() < deadline, f"never said {text!r}: {self.said()[-2000:]!r}"
            time.sleep(0.02)


def loader_elf(folder: Path) -> Path:
    path = folder / "loader.elf"
    assert "loader" in run_hyp("media", "loader", "-o", str(path)).stdout
    return path


def run_hyp(*words: str, code: int = 0, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """`hyp ...` of this checkout. AssertionError when it ends with another code, or with a traceback."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-m", "hyp", *words], capture_output=True, text=True, timeout=timeout, cwd=root, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@contextmanager
def qemu(
    folder: Path,
    *,
    pty: bool = False,
    memory: str = "256M",
    words: str = "uart=0x3f8 divisor=1",
    kernel: Path | None = None,
    ready: bytes = _READY,
    more: Sequence[str] = (),
) -> Iterator[Machine]:
    """The loader, ready, in QEMU; or another `kernel` that says `ready`."""
    log, tcp = folder / "line.log", free_port()
    chardev = f"pty,id=line,logfile={log}" if pty else f"socket,id=line,host=127.0.0.1,port={tcp},server=on,wait=off,logfile={log}"
    command = [QEMU, *_STANDARD, *_CLOCK, "-m", memory, "-kernel", str(kernel or loader_elf(folder)), "-append", words]
    command += ["-chardev", chardev, "-device", "isa-serial,chardev=line,iobase=0x3f8,irq=4", *more]
    child = Child(command, folder)
    try:
        url = f"socket://127.0.0.1:{tcp}"
        if pty:
            deadline = time.monotonic() + _SECONDS
            while not (found := re.search(r"/dev/pts/\d+", child.said())):
                assert time.monotonic() < deadline, child.said()
                time.sleep(0.02)
            url = found[0]
        machine = Machine(url, tcp, log, child)
        machine.wait_for(ready)
        yield machine
    finally:
        child.kill()
