"""Reports that real probes have sent (QEMU q35, Bochs), in `recorded/`; and changed, for what these machines lack."""

from __future__ import annotations

import re
from pathlib import Path
from zlib import crc32

FOLDER = Path(__file__).parent / "recorded"
_LINE = re.compile(rb"hyp-probe [0-9a-f]{8} [0-9]{4}/[0-9]{4} ([^*]*) \*")


def recorded(name: str) -> bytes:
    """`seabios` and `ovmf`: QEMU's `-cpu max`, by GRUB; `qemu64`: its oldest CPU; `bochs`: a Core i7 of 2019."""
    return (FOLDER / f"{name}.txt").read_bytes()


def changed(name: str, *changes: tuple[str, str], more: tuple[str, ...] = ()) -> bytes:
    """The report with each pattern replaced in every line that has it (in one at least; a line left empty is left out), and lines added."""
    lines = [found.decode() for found in _LINE.findall(recorded(name))]
    for pattern, new in changes:
        assert any(re.search(pattern, line) for line in lines), pattern
        lines = [re.sub(pattern, new, line) for line in lines]
    return signed([*filter(None, lines), *more])


def signed(lines: list[str]) -> bytes:
    """As the probe sends them."""
    texts = [f"hyp-probe 00c0ffee {number:04}/{len(lines):04} {line}" for number, line in enumerate(lines, 1)]
    return b"".join(f"{text} *{crc32(text.encode()):08x}\r\n".encode() for text in texts)
