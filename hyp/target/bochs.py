"""Bochs as a target: a second opinion on the machine, with newer CPU features than QEMU emulates. It boots the image from a GRUB ISO.

Debian's build has its debugger compiled in (it is told to continue) and none of its displays is "no display": `term` draws into a
file, where `rfb` would open a port to the network. Bochs offers no exit port and no memory: the end is seen on the console.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.image.media import make_iso
from hyp.target.bundle import Bundle
from hyp.target.machine import emulator_words, memory_bytes, uarts
from hyp.target.memory import Memory
from hyp.target.options import Options, command_line
from hyp.target.target import Ended, LogStream
from hyp.target.workspace import Child, output_of

PROGRAM = "bochs"
_BIOS = "/usr/share/bochs/BIOS-bochs-latest"
_VGA_BIOS = "/usr/share/vgabios/vgabios.bin"
_START_OF_2026 = 1767225600
_STANDARD_PORTS = {0x3F8: 1, 0x2F8: 2, 0x3E8: 3, 0x2E8: 4}
"""Bochs' serial ports are fixed: number by I/O port."""


def configuration(manifest: Manifest, iso: Path, raw: Path, folder: Path) -> str:
    """The bochsrc. Stop WRONG_INPUT when the board does not say which machine it is."""
    board = manifest["board"]
    words = emulator_words(board, "bochs", ("cpu", "memory"))
    size = memory_bytes(board, words) >> 20
    lines = [
        "config_interface: textconfig",
        'display_library: term, options="hideIPS"',
        "plugin_ctrl: unmapped=1, biosdev=0, speaker=0, extfpuirq=1, parallel=0, serial=1, gameport=0, iodebug=0",
        # One instruction is 1/ips seconds and one TSC tick; `sync=none` lets no host time in.
        f"cpu: model={words['cpu']}, count={len(manifest['cores'])}, ips={board['tsc_hz']}, reset_on_triple_fault=0, ignore_bad_msrs=0",
        f"clock: sync=none, time0={_START_OF_2026}, rtc_sync=0",
        f"memory: guest={size}, host={size}",
        f"romimage: file={_BIOS}",
        f"vgaromimage: file={_VGA_BIOS}",
        "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14",
        f"ata0-master: type=cdrom, path={iso}, status=inserted",
        "boot: cdrom",
        f"log: {folder / 'bochs.log'}",
        # Whatever happens, no question is asked: nobody is there to answer.
        "panic: action=fatal",
        "error: action=report",
        "info: action=ignore",
        "debug: action=ignore",
    ]
    for name, port, _ in uarts(board):
        if port in _STANDARD_PORTS:
            lines.append(f"com{_STANDARD_PORTS[port]}: enabled=1, mode=file, dev={raw / f'{name}.log'}")
    return "\n".join(lines) + "\n"


class Bochs:
    """A `Target`. `folder` is the run's private one, `raw` the folder of the UARTs' logs."""

    name = "bochs"

    def __init__(self, bundle: Bundle, options: Options, folder: Path, raw: Path) -> None:
        self._bundle = bundle
        self._folder = folder
        self._iso = folder / "image.iso"
        self._words = command_line(bundle.manifest["board"]["command_line"], options.frames)
        self._arguments = options.arguments
        self._configuration = configuration(bundle.manifest, self._iso, raw.resolve(), folder)
        self._logs = {name: raw / f"{name}.log" for name, port, _ in uarts(bundle.manifest["board"]) if port in _STANDARD_PORTS}
        self._child: Child | None = None

    def version(self) -> str:
        found = re.search(r"Bochs x86 Emulator [0-9.]+", output_of([PROGRAM, "--help", "cpu"], self._folder))
        return found[0] if found else ""

    def prepare(self) -> None:
        for firmware, package in ((_BIOS, "bochsbios"), (_VGA_BIOS, "vgabios")):
            if not Path(firmware).is_file():
                raise Stop(ExitCode.ENVIRONMENT, f"Bochs lacks {firmware}; please run: apt-get install {package}")
        for log in self._logs.values():
            log.unlink(missing_ok=True)
        make_iso(self._bundle.image, self._iso, self._words)
        (self._folder / "bochsrc").write_text(self._configuration)
        (self._folder / "continue.rc").write_text("continue\n")

    def start(self) -> None:
        command = [PROGRAM, "-f", "bochsrc", "-rc", "continue.rc", *self._arguments]
        self._child = Child(command, self._folder)

    def streams(self) -> Mapping[str, LogStream]:
        return {name: LogStream(path) for name, path in self._logs.items()}

    def send(self, uart: str, data: bytes) -> None:
        """Its UARTs write to files here; `hyp run` refuses input before it comes to this."""

    def ended(self) -> Ended | None:
        status = self._child.status() if self._child is not None else None
        if self._child is None or status is None:
            return None
        return Ended(orderly=False, reason=f"Bochs ended with status {status}: {self._log() or self._child.said()}")

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()

    def remarks(self) -> tuple[str, ...]:
        return ()

    def memory(self) -> Memory | None:
        return None

    def _log(self) -> str:
        """Panics and errors of Bochs' own log, the last few."""
        try:
            lines = (self._folder / "bochs.log").read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        said = [" ".join(line.split()[1:]) for line in lines if line[11:12] in ("p", "e")]
        return os.linesep.join(said[-3:])
