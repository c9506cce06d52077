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
from hyp.target.wire import Called
from hyp.target.workspace import Child, output_of

PROGRAM = "bochs"
_BIOS = "/usr/share/bochs/BIOS-bochs-latest"
_VGA_BIOS = "/usr/share/vgabios/vgabios.bin"
_DRAIN_SECONDS = 2.0
"""Its last bytes are on their way when it is gone."""
_START_OF_2026 = 1767225600
_STANDARD_PORTS = {0x3F8: 1, 0x2F8: 2, 0x3E8: 3, 0x2E8: 4}
"""Bochs' serial ports are fixed: number by I/O port."""


def configuration(manifest: Manifest, iso: Path, raw: Path, folder: Path, calls: Mapping[str, str]) -> str:
    """The bochsrc. `calls`: the host's address for each UART that takes input; the others write to files only.

    Stop WRONG_INPUT when the board does not say which machine it is.
    """
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
            mode = f"socket-client, dev={calls[name]}" if name in calls else f"file, dev={raw / f'{name}.log'}"
            lines.append(f"com{_STANDARD_PORTS[port]}: enabled=1, mode={mode}")
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
        self._raw = raw.resolve()
        self._called_on = bundle.manifest["console"]["uart"] if options.inputs else None
        self._called: Called | None = None
        self._configuration({})  # a board that is no Bochs is refused at once
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
        (self._folder / "continue.rc").write_text("continue\n")

    def start(self) -> None:
        calls = {}
        if self._called_on in self._logs:
            self._called = Called(self._logs[self._called_on])
            calls[self._called_on] = self._called.address
        (self._folder / "bochsrc").write_text(self._configuration(calls))
        command = [PROGRAM, "-f", "bochsrc", "-rc", "continue.rc", *self._arguments]
        self._child = Child(command, self._folder)

    def streams(self) -> Mapping[str, LogStream]:
        return {name: LogStream(path) for name, path in self._logs.items()}

    def send(self, uart: str, data: bytes) -> None:
        if self._called is not None:
            self._called.send(data)

    def ended(self) -> Ended | None:
        status = self._child.status() if self._child is not None else None
        if self._called is not None and self._called.failed:
            return Ended(orderly=False, reason=self._called.failed)
        if self._child is None or status is None:
            return None
        if self._called is not None:
            self._called.drained(_DRAIN_SECONDS)
        return Ended(orderly=False, reason=f"Bochs ended with status {status}: {self._log() or self._child.said()}")

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
        if self._called is not None:
            self._called.close()

    def remarks(self) -> tuple[str, ...]:
        return ()

    def memory(self) -> Memory | None:
        return None

    def _configuration(self, calls: Mapping[str, str]) -> str:
        return configuration(self._bundle.manifest, self._iso, self._raw, self._folder, calls)

    def _log(self) -> str:
        """Panics and errors of Bochs' own log, the last few."""
        try:
            lines = (self._folder / "bochs.log").read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        said = [" ".join(line.split()[1:]) for line in lines if line[11:12] in ("p", "e")]
        return os.linesep.join(said[-3:])
