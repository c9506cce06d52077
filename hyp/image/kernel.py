"""The kernel's ELF as the image stage needs it: what is loaded where, with which rights, and the one word to patch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hyp.abi.numbers import PAGE
from hyp.abi.tables import KERNEL_BASE
from hyp.image.elf import ET_EXEC, PF_EXECUTE, PF_WRITE, PT_NOTE, Fault, parse, symbol


class KernelFileError(Exception):
    """The kernel's ELF is not what the kernel's linker script makes: a damaged build, or a bug in us."""


@dataclass(frozen=True)
class KernelSegment:
    """A loaded part of the kernel; `virtual` is None for the boot stub, which is not mapped after boot. Sizes are page-rounded."""

    physical: int
    virtual: int | None
    size: int
    write: bool
    execute: bool
    data: bytes


@dataclass(frozen=True)
class Note:
    """The PVH note: where it lies in physical memory."""

    physical: int
    size: int
    alignment: int


@dataclass(frozen=True)
class Kernel:
    """`boot_root` is the physical address of the word that receives the boot PML4's."""

    entry: int
    segments: tuple[KernelSegment, ...]
    note: Note
    boot_root: int
    text_bytes: int
    rodata_bytes: int
    sha256: str

    @property
    def end(self) -> int:
        return max(s.physical + s.size for s in self.segments)

    @property
    def start(self) -> int:
        return min(s.physical for s in self.segments)


def read_kernel(data: bytes) -> Kernel:
    """Parses the kernel's ELF; KernelFileError says what is missing."""
    elf = parse(data)
    if isinstance(elf, Fault):
        raise KernelFileError(elf.message)
    if elf.kind != ET_EXEC:
        raise KernelFileError("it is not an executable (ET_EXEC)")
    segments = []
    text = rodata = 0
    for load in elf.loads:
        high = load.virtual == KERNEL_BASE + load.physical
        if not high and load.virtual != load.physical:
            raise KernelFileError(f"segment {load.virtual:#x} is neither at physical {load.physical:#x} nor KERNEL_BASE above it")
        if load.physical % PAGE:
            raise KernelFileError(f"segment at physical {load.physical:#x} does not start at a page")
        write, execute = bool(load.flags & PF_WRITE), bool(load.flags & PF_EXECUTE)
        if high and write and execute:
            raise KernelFileError(f"segment {load.virtual:#x} is writable and executable")
        text += load.memory_size if execute else 0
        rodata += load.memory_size if not execute and not write else 0
        size = -(-load.memory_size // PAGE) * PAGE
        segments.append(KernelSegment(load.physical, load.virtual if high else None, size, write, execute, load.data))
    if not segments:
        raise KernelFileError("it has nothing to load")
    notes = [s for s in elf.segments if s.kind == PT_NOTE]
    if not notes:
        raise KernelFileError("it has no PT_NOTE with the PVH entry")
    boot_root = symbol(elf, "boot_root")
    if boot_root is None:
        raise KernelFileError("it has no symbol `boot_root`")
    physical = boot_root - KERNEL_BASE if boot_root >= KERNEL_BASE else boot_root
    if not any(s.physical <= physical and physical + 4 <= s.physical + len(s.data) for s in segments):
        raise KernelFileError(f"`boot_root` at physical {physical:#x} is not in initialised data")
    note = Note(notes[0].physical, len(notes[0].data), notes[0].alignment)
    return Kernel(elf.entry, tuple(segments), note, physical, text, rodata, hashlib.sha256(data).hexdigest())
