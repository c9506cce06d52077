"""image.elf: few loadable segments, everything at its physical address, entered through PVH or multiboot2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hyp.abi.numbers import PAGE
from hyp.image.elf import ET_EXEC, HEADER_SIZE, PF_EXECUTE, PF_READ, PF_WRITE, PROGRAM_HEADER_SIZE, PT_LOAD, PT_NOTE, header, program_header
from hyp.image.kernel import Note
from hyp.plan.model import Range

LOADS_MAX = 60
"""GRUB 2.06 wants all program headers in the first 32 KiB; few of them also keep the loader quick."""
_FLAGS = PF_READ | PF_WRITE | PF_EXECUTE
"""The loader ignores them; rights are the page tables' matter."""


@dataclass(frozen=True)
class Piece:
    """Physical memory [start, start + size): `data` first, then zeros."""

    start: int
    size: int
    data: bytes = b""

    @property
    def end(self) -> int:
        return self.start + self.size


@dataclass
class Load:
    """A loadable segment under construction: pieces with contents, all else zero."""

    start: int
    end: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def filled_end(self) -> int:
        """Where its bytes in the file end."""
        return self.pieces[-1].start + len(self.pieces[-1].data) if self.pieces else self.start


def loads(pieces: Iterable[Piece], memory: Sequence[Range]) -> list[Load]:
    """Segments, ascending. Neighbours become one as long as no zeros need to be in the file for it; then, down to LOADS_MAX, those with
    the fewest zeros between them that lie in one range of `memory`. ValueError if that is not enough."""
    made: list[Load] = []
    for piece in sorted(pieces, key=lambda p: p.start):
        own = [piece] if piece.data else []
        if made and piece.start == made[-1].end and (not own or _gap(made[-1], piece.start) < PAGE):
            made[-1].end = piece.end
            made[-1].pieces += own
        else:
            made.append(Load(piece.start, piece.end, own))
    while len(made) > LOADS_MAX:
        excess = len(made) - LOADS_MAX
        costs = sorted((_gap(low, high.start), n) for n, (low, high) in enumerate(pairwise(made)) if _in_one(memory, low, high))
        if not costs:
            raise ValueError(f"{len(made)} segments, and no two of them can be joined")
        joined = {n for _, n in costs[:excess]}
        merged = [made[0]]
        for n, load in enumerate(made[1:]):
            if n in joined:
                merged[-1] = Load(merged[-1].start, load.end, merged[-1].pieces + load.pieces)
            else:
                merged.append(load)
        made = merged
    return made


def _gap(low: Load, start: int) -> int:
    """Zero bytes that the file would get if something with contents at `start` followed in the same segment."""
    return start - low.filled_end


def _in_one(memory: Sequence[Range], low: Load, high: Load) -> bool:
    return any(r.start <= low.start and high.end <= r.end for r in memory)


def write_elf(segments: Sequence[Load], entry: int, note: Note) -> bytes:
    """The file's bytes. The first segment, the kernel, starts at the first page of the file after the headers."""
    headers_size = HEADER_SIZE + PROGRAM_HEADER_SIZE * (len(segments) + 1)
    offset = -(-headers_size // PAGE) * PAGE
    parts: list[bytes] = []
    headers: list[bytes] = []
    position = headers_size
    note_header = b""
    for load in segments:
        size = load.filled_end - load.start
        if size == 0:
            headers.append(program_header(PT_LOAD, _FLAGS, 0, load.start, 0, load.end - load.start, PAGE))
            continue
        headers.append(program_header(PT_LOAD, _FLAGS, offset, load.start, size, load.end - load.start, PAGE))
        for piece in load.pieces:
            at = offset + piece.start - load.start
            parts += [bytes(at - position), piece.data]
            position = at + len(piece.data)
        if load.start <= note.physical and note.physical + note.size <= load.filled_end:
            note_at = offset + note.physical - load.start
            note_header = program_header(PT_NOTE, PF_READ, note_at, note.physical, note.size, note.size, note.alignment)
        offset = -(-position // PAGE) * PAGE
    if not note_header:
        raise ValueError("the PVH note is in no segment with contents")
    return b"".join((header(ET_EXEC, entry, len(headers) + 1), *headers, note_header, *parts))
