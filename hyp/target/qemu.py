"""QEMU's system emulator as a target. On the instruction clock one instruction is one nanosecond, the same in every run."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Mapping
from pathlib import Path

from hyp.image.manifest import Manifest
from hyp.target.bundle import Bundle
from hyp.target.machine import emulator_words, memory_bytes, parallel_ports, uarts
from hyp.target.memory import Memory, RamFile
from hyp.target.options import INSTRUCTIONS, Options, command_line
from hyp.target.target import Ended, LogStream
from hyp.target.wire import Wire
from hyp.target.workspace import Child, output_of

PROGRAM = "qemu-system-x86_64"
SOCKET = "console"
"""In the run's private folder: where QEMU takes what is sent to the console."""


def arguments(manifest: Manifest, image: Path, ram: Path, raw: Path, options: Options) -> list[str]:
    """QEMU's command line after the program's name. Stop WRONG_INPUT when the board does not say which machine it is."""
    board = manifest["board"]
    words = emulator_words(board, "qemu", ("machine", "cpu", "memory"))
    size = memory_bytes(board, words)
    found = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"]
    found += ["-M", f"{words['machine']},memory-backend=ram", "-cpu", words["cpu"], "-m", f"{size >> 20}M"]
    if len(manifest["cores"]) > 1:
        found += ["-smp", str(len(manifest["cores"]))]
    # Shared, so that the counters can be read from the file; QEMU makes it sparse.
    found += ["-object", f"memory-backend-file,id=ram,size={size},mem-path={_escaped(ram)},share=on"]
    found += ["-accel", "tcg"]
    if options.clock == INSTRUCTIONS:
        found += ["-icount", "shift=0,sleep=off"]
    # What QEMU would otherwise take from the host: date and random numbers.
    found += ["-rtc", "base=2026-01-01,clock=vm", "-seed", "1"]
    found += ["-kernel", str(image), "-append", command_line(board["command_line"], options.frames)]
    for name, port, irq in uarts(board):
        log = _escaped(raw / f"{name}.log")
        if options.inputs and name == manifest["console"]["uart"]:
            # QEMU starts when we are connected; the log has every byte as the file would.
            found += ["-chardev", f"socket,id={name},path={_escaped(ram.with_name(SOCKET))},server=on,wait=on,logfile={log},logappend=off"]
        else:
            found += ["-chardev", f"file,id={name},path={log}"]
        found += ["-device", f"isa-serial,iobase={port:#x},irq={irq},chardev={name}"]
    for name, port in parallel_ports(board):  # nothing is wired to it: the monitor's plugin reads what is written there
        found += ["-chardev", f"null,id={name}", "-device", f"isa-parallel,iobase={port:#x},chardev={name}"]
    if board["exit_port"] is not None:
        found += ["-device", f"isa-debug-exit,iobase={board['exit_port']['at']:#x},iosize=0x4"]
    if options.gdb_port is not None:
        found += ["-S", "-gdb", f"tcp:127.0.0.1:{options.gdb_port}"]
    return [*found, *options.arguments]


def exit_status(manifest: Manifest) -> int | None:
    """QEMU's status after the kernel wrote its exit port (isa-debug-exit: value * 2 + 1); None when the board has none."""
    port = manifest["board"]["exit_port"]
    return None if port is None else (port["value"] << 1 | 1) & 0xFF


class Qemu:
    """A `Target`. `folder` is the run's private one, `raw` the folder of the UARTs' logs."""

    name = "qemu"

    def __init__(self, bundle: Bundle, options: Options, folder: Path, raw: Path) -> None:
        self._manifest = bundle.manifest
        self._folder = folder
        self._ram = folder / "ram"
        self._logs = {name: raw / f"{name}.log" for name, _, _ in uarts(bundle.manifest["board"])}
        self._command = [PROGRAM, *arguments(bundle.manifest, bundle.image.resolve(), self._ram, raw.resolve(), options)]
        self._child: Child | None = None
        self._wants_input = bool(options.inputs)
        self._wire: Wire | None = None

    def version(self) -> str:
        return output_of([PROGRAM, "--version"], self._folder).partition(" Copyright")[0]

    def command(self) -> str:
        """The command line as a shell would take it."""
        return shlex.join(self._command)

    def prepare(self) -> None:
        for log in self._logs.values():
            log.unlink(missing_ok=True)

    def start(self) -> None:
        self._child = Child(self._command, self._folder)
        if self._wants_input:
            self._wire = Wire(self._folder / SOCKET)

    def send(self, uart: str, data: bytes) -> None:
        if self._wire is not None:
            self._wire.send(data)

    def streams(self) -> Mapping[str, LogStream]:
        return {name: LogStream(path) for name, path in self._logs.items()}

    def ended(self) -> Ended | None:
        status = self._child.status() if self._child is not None else None
        if self._child is None or status is None:
            return None
        if status == exit_status(self._manifest):
            return Ended(orderly=True, reason="the exit port was written")
        said = f": {self._child.said()}" if self._child.said() else ""
        if status == 0:
            return Ended(orderly=False, reason=f"the machine reset or switched itself off (a triple fault?){said}")
        if status == -signal.SIGBUS:
            return Ended(orderly=False, reason=f"QEMU lost the guest's memory: is {self._folder.parent} full? TMPDIR names another")
        if status < 0:
            return Ended(orderly=False, reason=f"QEMU was killed by signal {-status}{said}")
        return Ended(orderly=False, reason=f"QEMU ended with status {status}{said}")

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
        if self._wire is not None:
            self._wire.close()

    def remarks(self) -> tuple[str, ...]:
        return ()

    def memory(self) -> Memory | None:
        try:
            return RamFile(self._ram)
        except (OSError, ValueError):  # QEMU never came as far as making it
            return None


def _escaped(path: Path) -> str:
    """A path inside one of QEMU's comma-separated options."""
    return str(path).replace(",", ",,")
