"""Small ELF files made by hand: the tests' own writer, so that the reader under test is not its own judge."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

KERNEL_BASE = 0xFFFF_FFFF_8000_0000
READ, WRITE, EXECUTE = 4, 2, 1


@dataclass(frozen=True)
class Part:
    """A program header with its bytes."""

    flags: int
    virtual: int
    data: bytes
    memory_size: int | None = None
    physical: int | None = None
    kind: int = 1


def elf(parts: Sequence[Part], entry: int, *, kind: int = 2, machine: int = 62, symbols: dict[str, int] | None = None) -> bytes:
    """An ELF64 file; a part whose data lies within an earlier part's (a note) is written again at its own offset."""
    offset = 64 + 56 * len(parts)
    headers, bodies = [], []
    for part in parts:
        pad = (part.virtual - offset) % 4096
        offset += pad
        size = len(part.data) if part.memory_size is None else part.memory_size
        physical = part.virtual if part.physical is None else part.physical
        headers.append(struct.pack("<IIQQQQQQ", part.kind, part.flags, offset, part.virtual, physical, len(part.data), size, 4096))
        bodies += [bytes(pad), part.data]
        offset += len(part.data)
    tail, section_offset, section_count = _symbol_table(symbols or {}, offset)
    ident = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)
    head = struct.pack("<16sHHIQQQIHHHHHH", ident, kind, machine, 1, entry, 64, section_offset, 0, 64, 56, len(parts), 64, section_count, 0)
    return b"".join((head, *headers, *bodies, tail))


def _symbol_table(symbols: dict[str, int], offset: int) -> tuple[bytes, int, int]:
    if not symbols:
        return b"", 0, 0
    names, table = b"\0", struct.pack("<IBBHQQ", 0, 0, 0, 0, 0, 0)
    for name, value in symbols.items():
        table += struct.pack("<IBBHQQ", len(names), 0x10, 0, 1, value, 4)
        names += name.encode() + b"\0"
    at = offset + len(table) + len(names)
    null = bytes(64)
    symtab = struct.pack("<IIQQQQIIQQ", 0, 2, 0, 0, offset, len(table), 2, 1, 8, 24)
    strtab = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, offset + len(table), len(names), 0, 0, 1, 0)
    return table + names + null + symtab + strtab, at, 3


def note(entry: int) -> bytes:
    """A PVH note (XEN_ELFNOTE_PHYS32_ENTRY)."""
    return struct.pack("<III4sI", 4, 4, 18, b"Xen\0", entry)


BOOT_ROOT = 0x10_0040


def kernel(code: bytes = b"\xf4\xeb\xfd", *, bss: int = 0x2345) -> bytes:
    """A kernel of the shape that the real one has: boot stub with `boot_root` and the note, text, rodata, data and bss."""
    boot = bytearray(0x80)
    boot[0x50 : 0x50 + 20] = note(0x10_0000)
    return elf(
        (
            Part(READ | EXECUTE, 0x10_0000, bytes(boot)),
            Part(READ, 0x10_0050, note(0x10_0000), kind=4),
            Part(READ | EXECUTE, KERNEL_BASE + 0x10_1000, code, physical=0x10_1000),
            Part(READ, KERNEL_BASE + 0x10_2000, b"constant", physical=0x10_2000),
            Part(READ | WRITE, KERNEL_BASE + 0x10_3000, b"variable", bss, physical=0x10_3000),
        ),
        0x10_0000,
        symbols={"first": 1, "boot_root": BOOT_ROOT, "last": 2},
    )


LINK = 0x21_0000


def partition(text: bytes = b"\x90\xeb\xfd", data: bytes = b"initial!x", bss: int = 0x1800, base: int = LINK) -> bytes:
    """A partition with text, rodata and data with bss."""
    return elf(
        (
            Part(READ | EXECUTE, base, text),
            Part(READ, base + 0x1000, b"read only"),
            Part(READ | WRITE, base + 0x2000, data, max(bss, len(data))),
        ),
        base,
    )
