"""`hyp build`: a plan in, image.elf with its manifest and map out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hyp.exits import ExitCode
from hyp.image.manifest import Manifest
from hyp.image.project import compile_project

HELP = "compile a plan into a bootable image"
_MEDIA = ("iso", "usb", "net")
"""As `hyp.image.media.KINDS`, which is imported only when it is needed."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="the plan's YAML file")
    parser.add_argument(
        "-o", dest="out", metavar="DIR", type=Path, help="where the files go; default build/<plan name>/ under the project root"
    )
    parser.add_argument(
        "--media", choices=_MEDIA, help="a medium that boots the image through GRUB, beside it; net: a TFTP server's folder"
    )


def run(args: argparse.Namespace) -> int:
    built = compile_project(args.plan, args.out)
    sys.stdout.write(summary(built.image.manifest, built.file))
    if args.media is not None:
        from hyp.image import media  # only media need GRUB

        medium = built.file.with_suffix(media.SUFFIXES[args.media])
        board, console = built.plan.board, built.plan.console
        ports = board.devices[console.uart].ports
        payload = media.Payload(built.file, board.command_line, ports[0].start if ports else 0, console.baud)
        size = media.make(args.media, payload, medium)
        print(f"{medium}: {size} bytes, boots through GRUB (BIOS and UEFI)")
    return ExitCode.GOOD


def summary(manifest: Manifest, file: Path) -> str:
    """Sizes, memory left and SHA-256, as people read them."""
    image, kernel, memory = manifest["image"], manifest["kernel"], manifest["memory"]
    windows = sum(len(s["windows"]) for s in manifest["schedules"])
    largest = memory["largest_free"]
    return "\n".join(
        (
            f"{file}: {image['size']} bytes",
            f"  plan      {manifest['plan']} on {manifest['board']['name']}: {_count(len(manifest['partitions']), 'partition')}, "
            f"{_count(windows, 'window')}, guard {manifest['guard_ns']} ns",
            f"  kernel    text {kernel['text_bytes']} bytes, read-only data {kernel['rodata_bytes']} bytes",
            f"  memory    {_kib(memory['used'])} used, {_kib(memory['free'])} free, at most {_kib(largest['size'])} in one piece",
            f"  sha256    {image['sha256']}",
            "",
        )
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _kib(size: int) -> str:
    return f"{size / 1024:.0f} KiB"
