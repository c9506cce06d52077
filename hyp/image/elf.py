"""ELF64 files as they are: header, program headers, segments' bytes, symbols. No judgement about what a partition may contain.

An own reader, because a build must not pay for a general library: 256 partitions are read in each build.
Source: System V ABI, chapters 4 and 5; AMD64 supplement.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
_SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")

HEADER_SIZE = _HEADER.size
PROGRAM_HEADER_SIZE = _PROGRAM_HEADER.size

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
PF_EXECUTE, PF_WRITE, PF_READ = 1, 2, 4
ET_EXEC, ET_DYN = 2, 3
EM_X86_64 = 62
_CLASS_64, _LITTLE_ENDIAN = 2, 1
_SHT_SYMTAB = 2
_IDENT = b"\x7fELF" + bytes((_CLASS_64, _LITTLE_ENDIAN, 1)) + bytes(9)

MACHINES = {3: "x86 (32 bit)", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "S/390", 40: "ARM", 183: "AArch64", 243: "RISC-V"}
"""Machine numbers that people meet, for messages."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with an ELF file: the parts of a diagnostic that do not depend on its place."""

    code: str
    message: str
    why: str
    fix: str


@dataclass(frozen=True)
class Segment:
    """A program header; `data` are its `p_filesz` bytes."""

    kind: int
    flags: int
    virtual: int
    physical: int
    memory_size: int
    alignment: int
    data: bytes

    @property
    def end(self) -> int:
        return self.virtual + self.memory_size


@dataclass(frozen=True)
class Elf:
    """A parsed file. `kind` is e_type."""

    kind: int
    entry: int
    segments: tuple[Segment, ...]
    data: bytes

    @property
    def loads(self) -> tuple[Segment, ...]:
        """Segments that take memory."""
        return tuple(s for s in self.segments if s.kind == PT_LOAD and s.memory_size)


def _broken(what: str) -> Fault:
    return Fault("ELF001", what, "the file is not a complete ELF file", "build it again, or name another file in `image:`")


def parse(data: bytes) -> Elf | Fault:
    """The file's contents; a Fault if it is not a complete ELF64 file for x86-64."""
    if not data:
        return _broken("the image is an empty file")
    if data[:4] != b"\x7fELF":
        return _broken(f"the image is not an ELF file: it starts with {data[:4].hex(' ')}, not with 7f 45 4c 46")
    if len(data) < 20:
        return _broken(f"the image ends after {len(data)} bytes, within its ELF header")
    machine = int.from_bytes(data[18:20], "little" if data[5] == _LITTLE_ENDIAN else "big")
    if data[4] != _CLASS_64 or data[5] != _LITTLE_ENDIAN or machine != EM_X86_64:
        width = {1: "32-bit", 2: "64-bit"}.get(data[4], f"class {data[4]}")
        name = "x86-64" if machine == EM_X86_64 else MACHINES.get(machine, f"machine {machine}")
        return Fault(
            "ELF002",
            f"the image is a {width} ELF file for {name}",
            "partitions run in 64-bit mode of an x86-64 CPU",
            "compile it for x86-64 (`gcc -m64`)",
        )
    if len(data) < HEADER_SIZE:
        return _broken(f"the image ends after {len(data)} bytes, within its ELF header of {HEADER_SIZE} bytes")
    _, kind, _, _, entry, ph_offset, _, _, _, ph_size, ph_count, _, _, _ = _HEADER.unpack_from(data)
    if ph_count and (ph_size != PROGRAM_HEADER_SIZE or ph_offset + ph_count * ph_size > len(data)):
        return _broken(f"the image's {ph_count} program headers at offset {ph_offset} do not fit its {len(data)} bytes")
    segments = []
    for n in range(ph_count):
        fields = _PROGRAM_HEADER.unpack_from(data, ph_offset + n * ph_size)
        p_kind, flags, offset, virtual, physical, file_size, memory_size, alignment = fields
        if offset + file_size > len(data):
            return _broken(f"segment {n} takes bytes {offset} to {offset + file_size} of the file, which has {len(data)}")
        if p_kind == PT_LOAD and file_size > memory_size:
            return _broken(f"segment {n} has {file_size} bytes in the file and only {memory_size} in memory")
        segments.append(Segment(p_kind, flags, virtual, physical, memory_size, alignment, data[offset : offset + file_size]))
    return Elf(kind, entry, tuple(segments), data)


def symbol(elf: Elf, name: str) -> int | None:
    """Value of a symbol of `.symtab`; None if there is none of that name. The file must be one that we built ourselves."""
    (section_offset,) = struct.unpack_from("<Q", elf.data, 40)
    size, count = struct.unpack_from("<HH", elf.data, 58)
    sections = [_SECTION_HEADER.unpack_from(elf.data, section_offset + n * size) for n in range(count)]
    wanted = name.encode() + b"\0"
    for _, kind, _, _, offset, length, link, _, _, _ in sections:
        if kind != _SHT_SYMTAB:
            continue
        names = elf.data[sections[link][4] : sections[link][4] + sections[link][5]]
        for at, _, _, _, value, _ in _SYMBOL.iter_unpack(elf.data[offset : offset + length]):
            if names.startswith(wanted, at):
                return int(value)
    return None


def header(kind: int, entry: int, program_headers: int) -> bytes:
    """An ELF64 header that is followed at once by its program headers; no sections."""
    return _HEADER.pack(_IDENT, kind, EM_X86_64, 1, entry, HEADER_SIZE, 0, 0, HEADER_SIZE, PROGRAM_HEADER_SIZE, program_headers, 0, 0, 0)


def program_header(kind: int, flags: int, offset: int, address: int, file_size: int, memory_size: int, alignment: int) -> bytes:
    """A program header whose virtual and physical addresses are equal."""
    return _PROGRAM_HEADER.pack(kind, flags, offset, address, address, file_size, memory_size, alignment)
