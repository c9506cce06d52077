"""What the host can see of an image before a byte is sent: is it one, is it whole, does it keep off the loader's memory?"""

from __future__ import annotations

import struct
from pathlib import Path

from hyp.boot.messages import State
from hyp.exits import ExitCode, Stop

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_EXECUTABLE, _X86_64, _LOAD = 2, 62, 1
_MULTIBOOT2 = struct.pack("<II", 0xE85250D6, 0)
_MULTIBOOT2_SEARCHED = 32768
_PVH_NOTE = struct.pack("<III4s", 4, 4, 18, b"Xen\0")
_AGAIN = "build it again with `hyp build`"


def check_image(path: Path, data: bytes) -> list[tuple[int, int]]:
    """Physical memory [start, end) of each segment. Stop WRONG_INPUT unless `data` is a whole ELF64 that a loader can start."""
    if data[:4] != b"\x7fELF":
        raise _wrong(path, "not an ELF file; give an image.elf")
    if len(data) < _HEADER.size:
        raise _wrong(path, f"cut in its ELF header ({len(data)} bytes); {_AGAIN}")
    ident, kind, machine, _, _, offset, _, _, _, size, count, _, _, _ = _HEADER.unpack_from(data)
    if ident[4] != 2 or kind != _EXECUTABLE or machine != _X86_64 or size != _SEGMENT.size:
        raise _wrong(path, "not a static ELF64 executable for x86-64")
    if offset + count * size > len(data):
        raise _wrong(path, f"cut: {len(data)} bytes, its program headers reach to {offset + count * size}; {_AGAIN}")
    segments = [_SEGMENT.unpack_from(data, offset + n * size) for n in range(count)]
    end = max((segment[2] + segment[5] for segment in segments), default=0)
    if end > len(data):
        raise _wrong(path, f"cut: {len(data)} bytes, its segments reach to {end}; {_AGAIN}")
    if _MULTIBOOT2 not in data[:_MULTIBOOT2_SEARCHED] and _PVH_NOTE not in data:
        raise _wrong(path, "it has no entry that a loader knows, neither multiboot2's nor PVH's; give an image.elf")
    return [(segment[4], segment[4] + segment[6]) for segment in segments if segment[0] == _LOAD and segment[6]]


def check_place(path: Path, size: int, memory: list[tuple[int, int]], state: State) -> None:
    """Stop WRONG_INPUT when the file is too large for this loader, or wants the loader's memory."""
    if size > state.room:
        raise _wrong(path, f"{size} bytes do not fit: the loader has room for {state.room}; take a medium: `hyp build --media usb`")
    for start, end in memory:
        if start < state.end and state.start < end:
            raise _wrong(
                path,
                f"its memory [{start:#x}, {end:#x}) overlaps the loader's, [{state.start:#x}, {state.end:#x}); add "
                f"`reserved: [{{at: {state.start:#x}, size: {(state.end - state.start) >> 10} KiB}}]` to the board file and build again",
            )


def _wrong(path: Path, message: str) -> Stop:
    return Stop(ExitCode.WRONG_INPUT, f"{path}: {message}")
