"""Images in which something of a partition is not what the compiler's sums say, as if it had changed since the boot."""

from __future__ import annotations

from collections.abc import Sequence

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from hyp.abi.tables import SLOT_PRISTINE
from hyp.target.bundle import Bundle
from tests.health.matrix import SPOILT, Case
from tests.unit.image.walk import Memory, Space

PLACES = ("text", "rodata", "pristine")
_SYMBOLS = {"text": "untouched", "rodata": "untouched_too"}
"""Of tests/health/actor: nobody runs the one, nobody reads the other."""


def spoil_cases(bundle: Bundle, cases: Sequence[Case]) -> None:
    """One bit of the text, of the read-only data or of the pristine copies of each partition whose integrity is the case."""
    for n, case in enumerate(case for case in cases if case.event == SPOILT):
        flip(bundle, physical(bundle, case.name, PLACES[n % len(PLACES)]))


def physical(bundle: Bundle, partition: str, place: str) -> int:
    """Where a byte of the text, the read-only data or the pristine copies is that the partition never uses."""
    entry = next(entry for entry in bundle.manifest["partitions"] if entry["name"] == partition)
    at = _symbol(bundle, entry["elf"], _SYMBOLS[place]) if place in _SYMBOLS else SLOT_PRISTINE
    return Space(Memory(bundle.image.read_bytes()), entry["roots"]["0"]).physical(at)


def flip(bundle: Bundle, address: int) -> None:
    """One bit of the byte that is loaded at a physical address."""
    with bundle.image.open("r+b") as file:
        (segment,) = (s for s in ELFFile(file).iter_segments("PT_LOAD") if s["p_paddr"] <= address < s["p_paddr"] + s["p_filesz"])
        place = segment["p_offset"] + address - segment["p_paddr"]
        file.seek(place)
        value = file.read(1)[0]
        file.seek(place)
        file.write(bytes([value ^ 1]))


def _symbol(bundle: Bundle, elf: str, name: str) -> int:
    with (bundle.folder / elf).open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        found = table.get_symbol_by_name(name)
        assert found is not None
        return int(found[0]["st_value"])
