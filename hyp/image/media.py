"""Boot media: one file or folder that starts an image by GRUB, on a PC with a BIOS and on one with UEFI, without any tool on its side.

- `iso`: for a CD drive, an emulator's or a management controller's virtual one, or a USB stick, byte by byte.
- `usb`: a disk image with a FAT partition. Its files (`boot/image.elf`, `boot/grub/grub.cfg`) can be replaced on the stick.
  It has whole cylinders of the geometry that BIOSes assume for sticks, and Bochs for disks.
- `net`: a folder for a TFTP server, for PXE of both kinds of firmware.
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from hyp.exits import ExitCode, Stop
from hyp.image import grub
from hyp.image.grub import BIOS, CONFIG, IMAGE, PREFIX, UEFI, Payload

__all__ = ("CYLINDER", "KINDS", "NET_BIOS", "NET_UEFI", "SUFFIXES", "Payload", "make", "make_iso")

MIB = 1 << 20
CYLINDER = 16 * 63 * 512
"""Bytes, by 16 heads of 63 sectors."""
LOADER = "EFI/BOOT/BOOTX64.EFI"
"""What UEFI firmware starts from a removable medium (UEFI 2.10, 3.5.1.1)."""
SUFFIXES = {"iso": ".iso", "usb": ".img", "net": ".net"}
NET_BIOS, NET_UEFI = "hyp.0", "hyp.efi"
_DISK = ("part_msdos", "part_gpt", "fat")


def make(kind: str, payload: Payload, output: Path) -> int:
    """Writes the medium, all or nothing; its size in bytes. Stop ENVIRONMENT when a tool is missing or fails."""
    grub.check_tools(*(("xorriso",) if kind == "iso" else ()))
    with tempfile.TemporaryDirectory(prefix="hyp-media-") as folder:
        made = _MAKERS[kind](payload, Path(folder))
        size = sum(path.stat().st_size for path in [made, *made.rglob("*")] if path.is_file())
        _publish(made, output)
    return size


def make_iso(image: Path, iso: Path, command_line: str = "") -> None:
    """An ISO of `image` that boots by BIOS and UEFI."""
    make("iso", Payload(image, command_line), iso)


def _iso(payload: Payload, folder: Path) -> Path:
    """As El Torito wants it, one boot image per firmware; both also as a hard disk's, for sticks that the ISO is copied to.

    UEFI sees only the FAT image, not the ISO around it: GRUB finds that by a file which no other disc has.
    """
    mark = f"boot/{_mark(payload)}"
    tree, made, efi = folder / "tree", folder / "made.iso", folder / "efi.img"
    grub.write(tree / IMAGE, payload.image)
    grub.write(tree / CONFIG, payload.config())
    grub.write(tree / mark, "")
    grub.core("i386-pc-eltorito", BIOS, tree / "boot/grub/bios.img", PREFIX, ("biosdisk", "iso9660", *_DISK))
    early = f"search.file /{mark} root\nset prefix=($root){PREFIX}\n"
    grub.core("x86_64-efi", UEFI, folder / "grub.efi", PREFIX, ("iso9660", *_DISK), early)
    grub.freeze(folder)
    _blank(efi, 3 * MIB)
    grub.fat(efi, 0, 3 * MIB, [(folder / "grub.efi", LOADER)])
    hybrid = ["--grub2-mbr", str(BIOS / "boot_hybrid.img"), "-partition_offset", "16", "-append_partition", "2", "0xef", str(efi)]
    bios = [
        "-c",
        "boot/boot.cat",
        "-b",
        "boot/grub/bios.img",
        "-no-emul-boot",
        "-boot-load-size",
        "4",
        "-boot-info-table",
        "--grub2-boot-info",
    ]
    uefi = ["-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot"]
    grub.run(["xorriso", "-as", "mkisofs", "-quiet", "-r", "-J", "-V", "HYP", "-o", str(made), *hybrid, *bios, *uefi, str(tree)])
    return made


def _usb(payload: Payload, folder: Path) -> Path:
    """GRUB's boot sector and core before the first partition, as its own installer lays them; UEFI's loader in the partition."""
    grub.write(folder / "grub.cfg", payload.config())
    grub.core("i386-pc", BIOS, folder / "core.img", f"(,msdos1){PREFIX}", ("biosdisk", *_DISK))
    grub.core("x86_64-efi", UEFI, folder / "grub.efi", PREFIX, _DISK)
    image = grub.write(folder / "image.elf", payload.image)
    grub.freeze(folder)
    core = (folder / "core.img").read_bytes()
    if len(core) > MIB - 512:
        raise Stop(ExitCode.ENVIRONMENT, f"GRUB's core has {len(core)} bytes, more than fit before the first partition")
    content = image.stat().st_size + (folder / "grub.efi").stat().st_size
    size = max(3 * MIB, -(-(content + content // 16 + MIB // 2) // MIB) * MIB)
    made = folder / "made.img"
    _blank(made, -(-(MIB + size) // CYLINDER) * CYLINDER)
    with made.open("r+b") as disk:
        disk.write(_boot_sector((BIOS / "boot.img").read_bytes(), MIB // 512, size // 512) + core)
    grub.fat(made, MIB, size, [(folder / "grub.efi", LOADER), (image, IMAGE), (folder / "grub.cfg", CONFIG)])
    return made


def _net(payload: Payload, folder: Path) -> Path:
    """Both kinds of firmware fetch their GRUB, and that the rest, from the server it came from."""
    made = folder / "made.net"
    grub.write(made / IMAGE, payload.image)
    grub.write(made / CONFIG, payload.config())
    grub.core("i386-pc-pxe", BIOS, made / NET_BIOS, f"(pxe){PREFIX}", ("pxe", "tftp"))
    grub.core("x86_64-efi", UEFI, made / NET_UEFI, f"(tftp){PREFIX}", ("efinet", "tftp"))
    grub.freeze(made)
    return made


_MAKERS: dict[str, Callable[[Payload, Path], Path]] = {"iso": _iso, "usb": _usb, "net": _net}
KINDS = tuple(_MAKERS)


def _boot_sector(boot: bytes, start: int, sectors: int) -> bytes:
    """GRUB's boot.img with a table of one active partition, type 0xEF: what UEFI looks for, and old BIOSes want one to be active.

    boot.img loads the core from sector 1, which is where it is. The jump over the fix-up of the drive's number, at 0x66, becomes two
    no-operations as on all hard disks: some BIOSes tell a wrong number.
    """
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0xEF, b"\xfe\xff\xff", start, sectors)
    return boot[:0x66] + b"\x90\x90" + boot[0x68:0x1BE] + entry + bytes(48) + b"\x55\xaa"


def _blank(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _mark(payload: Payload) -> str:
    """Differs between media of different contents."""
    return sha256(payload.image.read_bytes() + payload.config().encode()).hexdigest()[:16] + ".id"


def _publish(made: Path, output: Path) -> None:
    """Beside the output first, then in its place: nobody sees half of it."""
    partial = output.with_name(f".{output.name}.{os.getpid()}")
    if output.is_dir() and any(output.iterdir()) and not (output / NET_BIOS).is_file():
        raise Stop(ExitCode.ENVIRONMENT, f"{output} is a folder with other things in it; remove it or choose another name")
    try:
        if made.is_dir():
            shutil.copytree(made, partial, copy_function=shutil.copy2)
            shutil.rmtree(output, ignore_errors=True)
        else:
            shutil.copyfile(made, partial)
        partial.replace(output)
    finally:
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)
