"""Images for the loader that no kernel is in: an ELF64 with both entries, and ways to spoil it."""

from __future__ import annotations

import struct
from random import Random

LOW = 0x200000
_PAGE = 4096
_WORD = bytes.fromhex("66baf803") + b"".join(b"\xb0" + bytes([byte]) + b"\xee" for byte in b"PVH!") + b"\xf4\xeb\xfd"
"""mov $0x3f8, %dx; and for each byte mov $BYTE, %al; out %al, %dx; at last hlt for ever."""


def image(size: int, *, at: int = LOW, seed: int = 1, multiboot2: bool = True, pvh: bool = True, bss: int = 8192) -> bytes:
    """`size` bytes of file: headers, an entry each way as asked for, and noise that compresses and repeats nowhere."""
    entry = at + 0x100
    header = struct.pack("<IIII", 0xE85250D6, 0, 40, -(0xE85250D6 + 40) & 0xFFFFFFFF)
    header += struct.pack("<HHIII", 3, 0, 12, entry, 0) + struct.pack("<HHI", 0, 0, 8)
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen\0", entry)
    contents = bytearray(Random(seed).randbytes(size - _PAGE))
    contents[:64] = bytes(64)
    contents[0 : len(header)] = header if multiboot2 else bytes(len(header))
    contents[64 : 64 + len(note)] = note if pvh else bytes(len(note))
    elf = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, entry, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 7, _PAGE, at, at, len(contents), len(contents) + bss, _PAGE)
    notes = struct.pack("<IIQQQQQQ", 4, 4, _PAGE + 64, at + 64, at + 64, len(note), len(note), 4)
    return (elf + load + notes).ljust(_PAGE, b"\0") + bytes(contents)


def speaking(size: int) -> bytes:
    """Of another maker: no multiboot2 header, so it is entered by its PVH note; says `PVH!` and halts for ever."""
    data = bytearray(image(size, multiboot2=False))
    data[_PAGE + 0x100 : _PAGE + 0x100 + len(_WORD)] = _WORD
    return bytes(data)


def with_word(data: bytes, offset: int, value: int, size: int) -> bytes:
    """`data` with a little-endian number put in."""
    return data[:offset] + value.to_bytes(size, "little") + data[offset + size :]
