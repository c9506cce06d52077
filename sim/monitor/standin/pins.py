"""What the kernel writes to the monitor's pins in QEMU, stamped by the emulator's own clock."""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from iced_x86 import Decoder, Mnemonic

import hyp.bench
from hyp.exits import ExitCode, Stop
from hyp.monitor.parameters import entry_of
from hyp.target.bundle import Bundle
from hyp.target.options import Options
from hyp.target.qemu import Qemu
from hyp.target.workspace import private_folder
from hyp.toolchain.system import require

SOURCE = Path(__file__).with_name("pins.c")
HEADERS = Path(hyp.bench.__file__).with_name("counter")
_FLAGS = ("-std=c11", "-D_GNU_SOURCE", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror", "-Wconversion")
_MARKS = ("mark_start", "mark_end")
_TRACE = {"parallel": "parallel_ioport_write", "uart-modem": "serial_write"}
_WRITE = re.compile(r"(?:parallel_ioport_)?write (?:\[SW\] )?addr 0x([0-9a-f]+) val 0x([0-9a-f]+)")
_UART_DATA, _UART_MODEM = 0, 4


@dataclass(frozen=True)
class Write:
    """At `at_ns` of the emulator's clock the pins became `value`; or, `serial`, a byte began on the UART's line."""

    at_ns: int
    value: int
    serial: bool = False


def record(bundle: Bundle, frames: int, folder: Path, *, uart: tuple[str, int] | None = None, timeout_s: float = 120.0) -> list[Write]:
    """Runs the image for `frames` major frames; `uart` is one of the board's, and the TCP port of 127.0.0.1 that it is to lead to.

    Stop TARGET_FAILED when it does not end by itself.
    """
    monitor = entry_of(bundle.manifest)
    with private_folder() as private:
        log, raw = private / "pins.log", private / "raw"
        raw.mkdir()
        words = [f"write={at:#x}" for at in _out_instructions(bundle.folder / bundle.manifest["kernel"]["elf"])]
        plugin = ",".join([str(build(folder)).replace(",", ",,"), *words])
        watch = ("-plugin", plugin, "-d", f"plugin,trace:{_TRACE[monitor['lines']]}", "-D", str(log))
        target = _Wired(bundle, Options(frames, arguments=watch), private, raw)
        if uart is not None:
            target.wire(*uart)
        _run(target, timeout_s)
        return list(_writes(log.read_text().splitlines(), monitor["lines"]))


class _Wired(Qemu):
    def wire(self, name: str, port: int) -> None:
        """That UART leads to a TCP port instead of a log."""
        log = f"file,id={name},"
        self._command = [f"socket,id={name},host=127.0.0.1,port={port}" if word.startswith(log) else word for word in self._command]


def build(folder: Path) -> Path:
    """The plugin, in `folder`. Stop ENVIRONMENT when the host's compiler is missing or fails."""
    require("gcc", "ld")
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "pins.so"
    if not made.exists() or made.stat().st_mtime < SOURCE.stat().st_mtime:
        partial = made.with_suffix(".new")
        done = subprocess.run(
            ["gcc", *_FLAGS, f"-I{HEADERS}", str(SOURCE), "-o", str(partial)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Stop(ExitCode.ENVIRONMENT, f"the plugin that watches pins cannot be compiled on this host:\n{done.stderr.strip()}")
        partial.replace(made)
    return made


def _out_instructions(kernel: Path) -> list[int]:
    """Addresses of the `out` instructions in the functions that write marks."""
    with kernel.open("rb") as file:
        elf = ELFFile(file)
        table = elf.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            raise ValueError(f"{kernel}: no symbols")
        found = []
        for symbol in table.iter_symbols():
            if symbol.name in _MARKS and symbol["st_info"]["type"] == "STT_FUNC":
                section = elf.get_section(symbol["st_shndx"])
                start = symbol["st_value"] - section["sh_addr"]
                code = section.data()[start : start + symbol["st_size"]]
                found += [one.ip for one in Decoder(64, code, ip=symbol["st_value"]) if one.mnemonic == Mnemonic.OUT]
    return found


def _run(target: Qemu, timeout_s: float) -> None:
    latest = time.monotonic() + timeout_s
    target.prepare()
    try:
        target.start()
        while (ended := target.ended()) is None:
            if time.monotonic() > latest:
                raise Stop(ExitCode.TARGET_FAILED, f"the run did not end in {timeout_s:g} s of host time")
            time.sleep(0.02)
    finally:
        target.stop()
    if not ended.orderly:
        raise Stop(ExitCode.TARGET_FAILED, ended.reason)


def _writes(lines: list[str], kind: str) -> list[Write]:
    """A stamp and, right after it, what the device got. Other writes to devices of that kind have no stamp."""
    found = []
    for stamp, said in pairwise(lines):
        written = _WRITE.search(said)
        if not stamp.startswith("pin ") or written is None:
            continue
        at, register, value = int(stamp.split()[1]), int(written[1], 16), int(written[2], 16)
        if kind == "parallel":
            found.append(Write(at, value))
        elif register in (_UART_DATA, _UART_MODEM):
            found.append(Write(at, value & 3 if register == _UART_MODEM else value, serial=register == _UART_DATA))
    return found
