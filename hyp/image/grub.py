"""GRUB 2 on boot media: its parts made from Debian's module folders, and the few lines it reads. Nothing is installed on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.toolchain.system import require

BIOS = Path("/usr/lib/grub/i386-pc")
UEFI = Path("/usr/lib/grub/x86_64-efi")
TOOLS = ("grub-mkimage", "mformat", str(BIOS), str(UEFI))
IMAGE = "boot/image.elf"
CONFIG = "boot/grub/grub.cfg"
PREFIX = "/boot/grub"
_COMMON = ("normal", "multiboot2", "boot", "echo", "serial", "terminal", "search_fs_file")
_FIXED_TIME = 1767225600
"""2026-01-01 UTC, on all files and in all headers: the same image gives the same medium."""


@dataclass(frozen=True)
class Payload:
    """What a medium boots: a multiboot2 ELF with its command line. GRUB is silent unless it fails; then it speaks on the UART.

    `uart_port` is its first I/O port, 0 for none.
    """

    image: Path
    command_line: str = ""
    uart_port: int = 0x3F8
    baud: int = 115200

    def config(self) -> str:
        """The text of grub.cfg: no menu, no waiting."""
        words = "".join(f" {_quoted(word)}" for word in self.command_line.split())
        load = f"multiboot2 /{IMAGE}{words}"
        if not self.uart_port:
            return f"{load}\nboot\n"
        return (
            f"if {load}; then boot; fi\n"
            f"serial --port={self.uart_port:#x} --speed={self.baud}\n"
            "terminal_output serial\n"
            f"{load}\n"
            "boot\n"
            'echo "hyp: halt: boot loader: the image was not started"\n'
        )


def core(format_name: str, folder: Path, output: Path, prefix: str, modules: Sequence[str], early: str = "") -> None:
    """GRUB's own program: `format_name` as grub-mkimage names it, modules from `folder`, `early` read before grub.cfg."""
    command = ["grub-mkimage", "-O", format_name, "-d", str(folder), "-p", prefix, "-o", str(output)]
    if early:
        script = output.with_suffix(".early")
        script.write_text(early)
        command += ["-c", str(script)]
    run([*command, *_COMMON, *modules])


def run(command: Sequence[str]) -> None:
    """Runs one of the tools; Stop ENVIRONMENT with the last line it said when it fails."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(_FIXED_TIME), "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or ["no message"])[-1]
        raise Stop(ExitCode.ENVIRONMENT, f"{command[0]} failed: {last}")


def fat(image: Path, at: int, size: int, files: Sequence[tuple[Path, str]]) -> None:
    """A FAT16 file system of `size` bytes at byte `at` of `image`, with (source, path inside) files. Whole MiB."""
    place, sectors, cluster = f"{image}@@{at}", size // 512, 1
    while sectors // cluster > 65000:
        cluster *= 2
    geometry = ["-T", str(sectors), "-h", "16", "-s", "63", "-H", str(at // 512), "-c", str(cluster)]
    run(["mformat", "-i", place, *geometry, "-N", "68797000", "-v", "HYP"])
    folders = sorted({str(parent) for _, path in files for parent in Path(path).parents if str(parent) != "."})
    run(["mmd", "-i", place, *(f"::/{folder}" for folder in folders)])
    for source, path in files:
        run(["mcopy", "-i", place, str(source), f"::/{path}"])


def write(path: Path, source: Path | str) -> Path:
    """A file of a medium: a text, or the copy of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(source, str):
        path.write_text(source)
    else:
        shutil.copyfile(source, path)
    return path


def freeze(folder: Path) -> None:
    """One date for everything in a folder of ours, so that equal contents are equal media."""
    for path in sorted(folder.rglob("*"), reverse=True):
        os.utime(path, (_FIXED_TIME, _FIXED_TIME))
    os.utime(folder, (_FIXED_TIME, _FIXED_TIME))


def check_tools(*more: str) -> None:
    """Stop ENVIRONMENT with the line to run when something is not installed."""
    require(*TOOLS, *more)


def _quoted(word: str) -> str:
    """A word as GRUB's script takes it, whatever is in it."""
    return "'" + word.replace("'", "'\\''") + "'" if set(word) & set("$'\"\\{};&|<>#!*?[]~ ") else word
