"""Boot media: an ISO image with GRUB, for emulators and real boards without a loader of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from hyp.exits import ExitCode, Stop

_TOOLS = {"grub-mkrescue": "grub-common", "xorriso": "xorriso", "mformat": "mtools"}
"""Program: its Debian package."""
_PLATFORM = Path("/usr/lib/grub/i386-pc")
_MODULES = "normal multiboot2 iso9660 biosdisk serial terminal"
"""What booting needs; with all modules the ISO would be five times as large."""


def grub_config(command_line: str) -> str:
    """GRUB's menu: boots at once, with the loader command line that the kernel reads."""
    arguments = f" {command_line}" if command_line else ""
    return f"set timeout=0\nset default=0\nmenuentry hyp {{\n  multiboot2 /boot/image.elf{arguments}\n  boot\n}}\n"


def make_iso(image: Path, iso: Path, command_line: str = "") -> None:
    """Writes a BIOS-bootable ISO of image.elf to `iso`, all or nothing. Stop when a tool is missing or fails."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    packages = [_TOOLS[tool] for tool in missing] + ([] if _PLATFORM.is_dir() else ["grub-pc-bin"])
    if packages:
        raise Stop(ExitCode.ENVIRONMENT, f"an ISO needs GRUB's tools; install them with `apt-get install {' '.join(packages)}`")
    with tempfile.TemporaryDirectory(prefix="hyp-iso-") as folder:
        tree = Path(folder) / "tree"
        boot = tree / "boot"
        (boot / "grub").mkdir(parents=True)
        shutil.copyfile(image, boot / "image.elf")
        (boot / "grub" / "grub.cfg").write_text(grub_config(command_line))
        made = Path(folder) / "made.iso"
        options = [f"--install-modules={_MODULES}", "--fonts=", "--themes=", "--locales="]
        command = ["grub-mkrescue", "-d", str(_PLATFORM), *options, "-o", str(made), str(tree)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode or not made.exists():
            last = (result.stderr.strip().splitlines() or ["no message"])[-1]
            raise Stop(ExitCode.ENVIRONMENT, f"grub-mkrescue failed: {last}")
        partial = iso.with_name(f".{iso.name}.{os.getpid()}")
        try:
            shutil.copyfile(made, partial)
            partial.replace(iso)
        finally:
            partial.unlink(missing_ok=True)
