"""What a boot loader hands over: read whatever it holds, and never past its end."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.kernel.building import HostKernel

MULTIBOOT2, PVH = 0x36D76289, 0
END = 0x2000_0000
NO_MAP = "memory map of multiboot2"
COMMAND_MAX = 255
REGIONS_MAX = 64


@dataclass(frozen=True)
class Read:
    wrong: str
    command_line: str
    frames: int
    regions: list[tuple[int, int]]
    has_ram: str


@pytest.fixture(scope="module")
def program(host_kernel: HostKernel) -> Path:
    return host_kernel.program("loader", ["boot/loader.c"])


def read_all(program: Path, inputs: list[tuple[int, bytes]]) -> list[Read]:
    """AssertionError with the sanitizer's text when one of them was read wrongly."""
    data = b"".join(struct.pack("<II", magic, len(info)) + info for magic, info in inputs)
    done = subprocess.run([program], input=data, capture_output=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[:3000]
    lines = done.stdout.decode("latin-1").split("\n")[:-1]
    assert len(lines) == len(inputs)
    return [_parsed(line) for line in lines]


def _parsed(line: str) -> Read:
    wrong, command_line, frames, regions, has_ram = line.split("\t")
    pairs = [tuple(int(end, 16) for end in one.split("-")) for one in regions.split()]
    return Read(wrong, command_line, int(frames), [(pair[0], pair[1]) for pair in pairs], has_ram)


def read(program: Path, magic: int, info: bytes) -> Read:
    return read_all(program, [(magic, info)])[0]


def tag(kind: int, body: bytes, size: int | None = None) -> bytes:
    return (struct.pack("<II", kind, 8 + len(body) if size is None else size) + body).ljust((8 + len(body) + 7) & ~7, b"\0")


def memory_map(*entries: tuple[int, int, int], step: int = 24) -> bytes:
    return tag(6, struct.pack("<II", step, 0) + b"".join(struct.pack("<QQII", *one, 0).ljust(step, b"\0") for one in entries))


def multiboot2(*tags: bytes, total: int | None = None, end: bool = True) -> bytes:
    body = b"".join(tags) + (tag(0, b"") if end else b"")
    return struct.pack("<II", len(body) + 8 if total is None else total, 0) + body


def pvh(command_line: bytes, entries: list[tuple[int, int, int]], **changes: int) -> bytes:
    """Start info, then the memory map, then the command line, which ends with the last byte."""
    entries_size = 24 * len(entries)
    size = 56 + entries_size + len(command_line) + 1
    base = (END - size) & ~7
    fields = {
        "magic": 0x336EC578,
        "version": 1,
        "command_line": base + 56 + entries_size,
        "map": base + 56,
        "count": len(entries),
    } | changes
    head = struct.pack(
        "<IIIIQQQQII", fields["magic"], fields["version"], 0, 0, 0, fields["command_line"], 0, fields["map"], fields["count"], 0
    )
    return head + b"".join(struct.pack("<QQII", *one, 0) for one in entries) + command_line + b"\0"


RAM = (0x10_0000, 0x10_0000, 1)


def test_multiboot2(program: Path) -> None:
    info = multiboot2(tag(1, b"frames=12 x\0"), tag(9, b"other"), memory_map((0, 0x9FC00, 1), RAM, (0xFEC0_0000, 0x1000, 2)))
    found = read(program, MULTIBOOT2, info)
    assert found == Read("", "frames=12 x", 12, [(0, 0x9FC00), (0x10_0000, 0x20_0000)], "111")


def test_pvh(program: Path) -> None:
    found = read(program, PVH, pvh(b"a frames=12", [(0x8_0000, 0x8_0000, 1), (0x10_0000, 0x8_0000, 1), (0x18_0000, 0x8_0000, 1)]))
    assert (found.wrong, found.frames, found.has_ram) == ("", 12, "101")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [({"magic": 1}, "start info of PVH"), ({"version": 0}, "memory map of PVH"), ({"map": 1 << 32}, "memory map of PVH"), ({"map": 0}, "")],
)
def test_pvh_that_is_not_usable(program: Path, changes: dict[str, int], wrong: str) -> None:
    """A map at 0 is none: it has no entries then (Xen, start_info.h)."""
    count = {"count": 0} if changes == {"map": 0} else {}
    assert read(program, PVH, pvh(b"", [RAM], **changes, **count)).wrong == wrong


def test_unknown_protocol(program: Path) -> None:
    assert read(program, 0x2BADB002, bytes(64)).wrong == "boot protocol: PVH or multiboot2"


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        (b"", 7),
        (b"frames=", 7),
        (b"frames=x", 7),
        (b"frames", 7),
        (b"xframes=3", 7),
        (b"frames=3x", 3),
        (b"frames=0", 0),
        (b"  frames=3  frames=4", 3),
        (b"frames =3", 7),
        (b"frames=18446744073709551615", 2**64 - 1),
        (b"frames=99999999999999999999999", 2**64 - 1),
        (b"f" * 300 + b" frames=3", 7),
        (b" " * 246 + b"frames=3", 3),
        (b" " * 247 + b"frames=34", 3),
        (b"\xff\x01 frames=5", 5),
    ],
)
def test_numbers_of_the_command_line(program: Path, text: bytes, frames: int) -> None:
    assert read(program, PVH, pvh(text, [RAM])).frames == frames


def test_too_many_regions(program: Path) -> None:
    entries = [(n * 0x2000, 0x1000, 1) for n in range(200)]
    expected = [(start, start + size) for start, size, _ in entries[:REGIONS_MAX]]
    assert read(program, MULTIBOOT2, multiboot2(memory_map(*entries))).regions == expected
    assert read(program, PVH, pvh(b"", entries)).regions == expected


def test_region_that_wraps_around(program: Path) -> None:
    found = read(program, MULTIBOOT2, multiboot2(memory_map((0x10_0000, 2**64 - 1, 1), (0, 0, 1), (8, 8, 3))))
    assert found.regions == [(0x10_0000, 2**64 - 1)]


HOSTILE = {
    "nothing but a head": multiboot2(end=False),
    "a total of 0": multiboot2(memory_map(RAM), total=0),
    "a total of 4": multiboot2(memory_map(RAM), total=4),
    "half a tag": multiboot2(end=False) + b"\x06\0\0\0",
    "a tag of size 0": multiboot2(tag(6, b"", 0)),
    "a tag of size 7": multiboot2(tag(6, b"", 7)),
    "a tag longer than all": multiboot2(tag(6, b"", 4096)),
    "a tag of 4 GiB": multiboot2(tag(6, b"", 0xFFFF_FFFF)),
    "a command line without its end": multiboot2(tag(1, b"frames=12"), end=False, total=8 + 17),
    "an empty command line tag": multiboot2(tag(1, b""), end=False),
    "a memory map without a head": multiboot2(tag(6, b""), end=False),
    "a memory map with half a head": multiboot2(tag(6, b"\x18\0\0\0"), end=False, total=20),
    "entries of 0 bytes": multiboot2(memory_map(RAM, step=0)),
    "entries of 4 GiB": multiboot2(tag(6, struct.pack("<II", 0xFFFF_FFFF, 0) + bytes(24))),
    "half an entry": multiboot2(tag(6, struct.pack("<II", 24, 0) + bytes(16)), end=False),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_information(program: Path, what: str) -> None:
    """Cut to its last byte before memory that is not there."""
    info = HOSTILE[what]
    found = read(program, MULTIBOOT2, info)
    assert found.wrong == NO_MAP
    assert found.regions == []


def test_entries_that_are_longer_than_known(program: Path) -> None:
    """A later version of the specification may add to an entry."""
    assert read(program, MULTIBOOT2, multiboot2(memory_map(RAM, RAM, step=32))).regions == [(0x10_0000, 0x20_0000)] * 2


GOOD = multiboot2(tag(1, b"frames=12 console\0"), tag(4, bytes(8)), memory_map((0, 0x9FC00, 1), RAM))


def test_cut_anywhere(program: Path) -> None:
    """Each prefix, with the total as it was made and as it is now."""
    cuts = [GOOD[:size] for size in range(8, len(GOOD) + 1)]
    assert len(read_all(program, [(MULTIBOOT2, struct.pack("<I", len(cut)) + cut[4:]) for cut in cuts])) == len(cuts)


@given(st.lists(st.tuples(st.integers(8, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_changed_bytes(program: Path, changes: list[tuple[int, int]]) -> None:
    info = bytearray(GOOD)
    for at, value in changes:
        info[at] = value
    found = read(program, MULTIBOOT2, bytes(info))
    assert len(found.command_line) <= COMMAND_MAX
    assert all(start < end for start, end in found.regions)


@given(st.binary(max_size=200))
def test_any_bytes(program: Path, body: bytes) -> None:
    info = struct.pack("<II", 8 + len(body), 0) + body
    assert len(read(program, MULTIBOOT2, info).regions) <= REGIONS_MAX
