"""`hyp media`: boot media that belong to no plan: programs of `hyp/firmware`, which run without the separation kernel."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from hyp.abi.loader import LOADER_LOAD, LOADER_SIZE
from hyp.cli.outputs import unwritable
from hyp.exits import ExitCode, Stop
from hyp.image import media
from hyp.image.grub import Payload
from hyp.plan.units import DURATION, Wrong, parse_quantity
from hyp.toolchain.prepare import build_firmware
from hyp.toolchain.project import project_root

HELP = "boot media that belong to no plan: the probe, the serial loader"
PROGRAMS = {
    "probe": "says over serial what the machine is, for `hyp board`",
    "loader": "stays in memory, receives images from `hyp boot` and starts them",
}
"""Name in `hyp.toolchain.request.FIRMWARE`: what it does."""
_KINDS = {suffix: kind for kind, suffix in media.SUFFIXES.items()}
_UARTS = {"com1": 0x3F8, "com2": 0x2F8, "com3": 0x3E8, "com4": 0x2E8}
_CLOCK_DIVIDED = 115200
"""A PC's UART: 1,843,200 Hz / 16."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("program", choices=tuple(PROGRAMS), help="; ".join(f"{name}: {what}" for name, what in PROGRAMS.items()))
    parser.add_argument(
        "-o",
        dest="out",
        metavar="FILE",
        type=Path,
        required=True,
        help="what is written; its suffix says which: .iso (CD or stick), .img (stick), .net (for a TFTP server), .elf (no medium)",
    )
    parser.add_argument("--uart", default="com1", help=f"{', '.join(_UARTS)} or an I/O port such as 0x3f8 (default: %(default)s)")
    parser.add_argument("--baud", type=int, default=115200, help="speed of the line (default: %(default)s)")
    parser.add_argument(
        "--watch", metavar="TIME", default="1s", help="probe: how long it looks for gaps and SMIs, at most 60s (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    kind = _kind(args.out)
    port, words = line_of(args.uart, args.baud)
    if args.program == "probe":
        words += f" watch={_watch_ms(args.watch)}"
    root = project_root(Path.cwd()) or Path.cwd()
    elf = build_firmware(root, args.program, lambda text: print(f"hyp: {text}", file=sys.stderr))
    try:
        size = _write(kind, Payload(elf, words, port, args.baud), args.out)
    except OSError as error:
        raise unwritable("-o", args.out, error) from None
    if kind is None:
        print(f"{args.out}: {size} bytes; its command line: {words}")
    else:
        print(f"{args.out}: {size} bytes, boots through GRUB (BIOS and UEFI)")
    if args.program == "loader":
        place = f"reserved: [{{at: {LOADER_LOAD >> 20} MiB, size: {LOADER_SIZE >> 20} MiB}}]"
        print(f"  its memory: `{place}` in the board file keeps images off it; `hyp board` writes that")
    return ExitCode.GOOD


def _write(kind: str | None, payload: Payload, out: Path) -> int:
    """Its size in bytes."""
    if kind is not None:
        return media.make(kind, payload, out)
    shutil.copyfile(payload.image, out)
    return out.stat().st_size


def line_of(uart: str, baud: int) -> tuple[int, str]:
    """The UART's I/O port, and the words that tell a program of ours about it. Stop ENVIRONMENT (usage) for what a UART cannot do."""
    try:
        port = _UARTS.get(uart.lower()) or int(uart, 0)
    except ValueError:
        port = 0
    if not 0x100 <= port <= 0xFFF8 or port % 8:
        raise Stop(ExitCode.ENVIRONMENT, f"--uart {uart}: give {', '.join(_UARTS)} or an I/O port such as 0x3f8")
    if baud < 1 or _CLOCK_DIVIDED % baud or _CLOCK_DIVIDED // baud > 0xFFFF:
        raise Stop(ExitCode.ENVIRONMENT, f"--baud {baud}: give 115200 or what divides it, such as 57600, 38400, 19200 or 9600")
    return port, f"uart={port:#x} divisor={_CLOCK_DIVIDED // baud}"


def _watch_ms(text: str) -> int:
    value = parse_quantity(text, DURATION)
    if isinstance(value, Wrong) or not 1_000_000 <= value <= 60_000_000_000:
        raise Stop(ExitCode.ENVIRONMENT, f"--watch {text}: write a time from 1ms to 60s")
    return value // 1_000_000


def _kind(out: Path) -> str | None:
    """None: the ELF itself."""
    if out.suffix not in (*_KINDS, ".elf"):
        raise Stop(ExitCode.ENVIRONMENT, f"-o {out}: the suffix says what is written: {', '.join(_KINDS)} or .elf")
    if not out.parent.is_dir():
        raise Stop(ExitCode.ENVIRONMENT, f"-o {out}: there is no folder {out.parent}")
    if out.is_dir() and out.suffix != media.SUFFIXES["net"]:
        raise Stop(ExitCode.ENVIRONMENT, f"-o {out}: it is a folder; name a file")
    return _KINDS.get(out.suffix)
