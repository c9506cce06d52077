"""`hyp build`: a plan in, image.elf with its manifest and map out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hyp.exits import ExitCode
from hyp.image.manifest import Manifest
from hyp.image.project import compile_project

HELP = "compile a plan into a bootable image"
_MEDIA = {"iso": "image.iso", "usb": "image.img"}
"""GRUB's ISO also boots from a USB stick; only the customary name differs."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="the plan's YAML file")
    parser.add_argument(
        "-o", dest="out", metavar="DIR", type=Path, help="where the files go; default build/<plan name>/ under the project root"
    )
    parser.add_argument("--media", choices=tuple(_MEDIA), help="a medium that boots the image through GRUB, beside it")


def run(args: argparse.Namespace) -> int:
    built = compile_project(args.plan, args.out)
    sys.stdout.write(summary(built.image.manifest, built.file))
    if args.media is not None:
        from hyp.image.media import make_iso  # only media need GRUB

        medium = built.file.with_name(_MEDIA[args.media])
        make_iso(built.file, medium, built.plan.board.command_line)
        print(f"{medium}: {medium.stat().st_size} bytes, boots through GRUB")
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
