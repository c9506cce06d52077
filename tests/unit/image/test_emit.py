"""image.elf as loaders see it: GRUB's limits, few segments, every byte where it belongs."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.image.emit import LOADS_MAX, Piece, loads, write_elf
from hyp.image.kernel import Note
from hyp.plan.model import Range
from tests.unit.image import elves, plans
from tests.unit.image.walk import Memory

PAGE = 4096
KIB_32 = 32 * 1024
RAM = [Range(0x10_0000, 0x1000_0000)]


@st.composite
def piece_lists(draw: st.DrawFn) -> list[Piece]:
    """The note's piece first, then more of them, with and without contents and holes."""
    made = [Piece(0x10_0000, PAGE, b"n" * 20)]
    at = 0x10_1000
    for n in range(draw(st.integers(0, 150))):
        at += draw(st.sampled_from((0, 0, 0, PAGE, 7 * PAGE)))
        size = draw(st.integers(1, 5)) * PAGE
        made.append(Piece(at, size, bytes((n % 255 + 1,)) * draw(st.sampled_from((0, 1, size - 1, size)))))
        at += size
    return made


@given(piece_lists())
def test_every_byte_is_loaded_where_it_belongs(pieces: list[Piece]) -> None:
    segments = loads(pieces, RAM)
    assert len(segments) <= LOADS_MAX
    assert all(low.end <= high.start for low, high in pairwise(segments))
    image = write_elf(segments, 0x10_0000, Note(0x10_0000, 20, 4))
    memory = Memory(image)
    assert memory.notes == [b"n" * 20]
    for piece in pieces:
        assert memory.read(piece.start, piece.size) == piece.data.ljust(piece.size, b"\0")
    for kind, _, offset, virtual, physical, size, total, _ in memory.headers:
        assert virtual == physical
        assert offset + size <= len(image)
        assert size <= total
        if kind == 1 and size:
            assert offset % PAGE == physical % PAGE


def test_joining_takes_the_smallest_holes_and_never_leaves_memory() -> None:
    pieces = [Piece(0x10_0000 + n * 16 * PAGE, PAGE * (1 + n % 8), b"x" * (PAGE * (1 + n % 8))) for n in range(LOADS_MAX + 3)]
    holes = {s.start for s in loads(pieces, RAM)}
    joined = sorted(p.start for p in pieces if p.start not in holes)
    widest = [p for p in pieces if p.size == 8 * PAGE]
    assert joined == sorted(p.start + 16 * PAGE for p in widest[:3])
    cut = [Range(p.start, p.size) for p in pieces]
    with pytest.raises(ValueError, match="no two of them can be joined"):
        loads(pieces, cut)


def test_zeros_stay_out_of_the_file_while_there_are_few_segments() -> None:
    pieces = [Piece(0x10_0000, PAGE, b"n" * 20), Piece(0x10_1000, 64 << 20), Piece(0x10_1000 + (64 << 20), PAGE, b"end")]
    image = write_elf(loads(pieces, RAM), 0, Note(0x10_0000, 20, 4))
    assert len(image) < 4 * PAGE


def test_256_partitions_fit_grubs_limits(tmp_path: Path) -> None:
    names = [f"p{n}" for n in range(256)]
    outcome = plans.compile_plan(plans.plan({name: plans.memory(heap=65536) for name in names}), tmp_path)
    assert outcome.image is not None, outcome.diagnostics
    data = outcome.image.data
    table, count = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
    assert table + 56 * count <= KIB_32
    assert count <= LOADS_MAX + 1
    boot = elves.kernel()
    first = Memory(data).loads[0]
    assert first[0] == 0x10_0000
    assert data.index(first[1][:0x40]) < KIB_32
    assert boot[:20] == data[:20]
    assert Memory(data).entry == 0x10_0000
    assert Memory(data).notes == [elves.note(0x10_0000)]
    assert all(at + size <= 1 << 32 for at, _, size in Memory(data).loads)
