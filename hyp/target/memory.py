"""A target's physical memory, read without touching the guest."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Protocol

from hyp.exits import ExitCode, Stop


class Memory(Protocol):
    def read(self, address: int, size: int) -> bytes:
        """Bytes at physical `address`. Stop WRONG_INPUT when the machine has no RAM there."""
        ...


class RamFile:
    """RAM that an emulator keeps in a file: the offset is the physical address (below the PCI hole)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self._view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def read(self, address: int, size: int) -> bytes:
        if address < 0 or address + size > len(self._view):
            raise Stop(
                ExitCode.WRONG_INPUT,
                f"the manifest names physical addresses [{address:#x}, {address + size:#x}), RAM ends at {len(self._view):#x}; "
                "give the emulator the memory of the board file",
            )
        return self._view[address : address + size]
