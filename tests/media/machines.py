"""PCs that boot a medium as their own firmware finds it: QEMU with SeaBIOS or OVMF, and Bochs with its BIOS.

On host time: firmware waits and polls for minutes of an instruction clock. So nothing is said here about when something happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hyp.image.media import CYLINDER, NET_BIOS, NET_UEFI
from hyp.target.workspace import Child
from tests.bochs import calls, machine
from tests.hil.cable import TerminalServer
from tests.loader.machines import QEMU, Machine
from tests.ports import free_port

_STANDARD = ("-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-M", "q35", "-m", "256M", "-accel", "tcg")
_EXIT_PORT = ("-device", "isa-debug-exit,iobase=0xf4,iosize=4")
_OVMF = Path("/usr/share/OVMF")
_FLASH = (
    *("-drive", f"if=pflash,format=raw,readonly=on,file={_OVMF / 'OVMF_CODE_4M.fd'}"),
    *("-drive", f"if=pflash,format=raw,snapshot=on,file={_OVMF / 'OVMF_VARS_4M.fd'}"),
)
"""Each machine is a new one: OVMF writes the order of its boot devices into the second flash."""
_FIRMWARE = {"seabios": (), "ovmf": _FLASH}
_NETWORK = {"seabios": ("e1000", NET_BIOS), "ovmf": ("virtio-net-pci", NET_UEFI)}
"""The adapter, whose PXE program is the ROM's or OVMF's own, and the boot file that DHCP names."""


def plugged(firmware: str, way: str, medium: Path) -> list[str]:
    """QEMU's words for a medium as a CD, a disk, a USB stick or a TFTP server's folder."""
    if way == "network":
        adapter, file = _NETWORK[firmware]
        return ["-netdev", f"user,id=net,tftp={medium},bootfile={file}", "-device", f"{adapter},netdev=net"]
    if way == "cd":
        return ["-cdrom", str(medium)]
    drive = ["-drive", f"id=medium,if=none,format=raw,snapshot=on,file={medium}"]
    if way == "stick":
        return [*drive, "-device", "qemu-xhci", "-device", "usb-storage,drive=medium"]
    return [*drive, "-device", "ide-hd,drive=medium"]


@contextmanager
def qemu(folder: Path, firmware: str, way: str, medium: Path, *, cpu: str = "max", more: Sequence[str] = ()) -> Iterator[Machine]:
    """Switched on; what it says is in `log`, and who connects to `url` talks to it."""
    log, tcp = folder / "line.log", free_port()
    line = f"socket,id=line,host=127.0.0.1,port={tcp},server=on,wait=off,logfile={log}"
    command = [QEMU, *_STANDARD, "-cpu", cpu, *_FIRMWARE[firmware], *plugged(firmware, way, medium), *_EXIT_PORT, *more]
    command += ["-chardev", line, "-device", "isa-serial,chardev=line,iobase=0x3f8,irq=4"]
    child = Child(command, folder)
    try:
        yield Machine(f"socket://127.0.0.1:{tcp}", tcp, log, child)
    finally:
        child.kill()


class KeptLine(TerminalServer):
    """A terminal server that also writes down what the machine says."""

    def __init__(self, machine: int, log: Path) -> None:
        super().__init__(machine, calls=True)
        self._log = log.open("wb", buffering=0)

    def close(self) -> None:
        super().close()
        self._log.close()

    def to_host(self, data: bytes) -> None:
        self._log.write(data)
        super().to_host(data)


@contextmanager
def bochs(folder: Path, way: str, medium: Path) -> Iterator[Machine]:
    """As `qemu`, for a medium as a CD or as a disk of whole cylinders, which Bochs insists on."""
    log, tcp = folder / "line.log", free_port()
    disk = f"type=disk, path={medium}, mode=flat, cylinders={medium.stat().st_size // CYLINDER}, heads=16, spt=63"
    drive = f"type=cdrom, path={medium}, status=inserted" if way == "cd" else disk
    words = machine(folder, drive, "cdrom" if way == "cd" else "disk", [calls(tcp)])
    line = KeptLine(tcp, log)
    line.start()
    child = Child(words, folder)
    try:
        yield Machine(line.url, tcp, log, child)
    finally:
        child.kill()
        line.close()
