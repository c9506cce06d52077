"""Where in the source a fault happened: addresses of the kernel's fault and panic lines, looked up in the ELFs beside the manifest."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from typing import Any

from hyp.target.bundle import Bundle
from hyp.target.console import Line

_FAULT = re.compile(r"health (\S+) .*\brip=(0x[0-9a-f]+)")
_PANIC = re.compile(r"\brip=(0x[0-9a-f]+)")


class Places:
    """Looks addresses up; reads an ELF when it is first needed. An ELF that cannot be read has no places, which is no error."""

    def __init__(self, bundle: Bundle) -> None:
        folder, manifest = bundle.folder, bundle.manifest
        self._kernel = folder / manifest["kernel"]["elf"]
        self._elfs = {partition["name"]: folder / partition["elf"] for partition in manifest["partitions"]}
        self._tables: dict[Path, _Table] = {}

    def of(self, line: Line) -> str | None:
        """The place of a kernel line that reports a fault with its `rip`; None for every other line."""
        if line.direct:
            match = _PANIC.search(line.text)
            return self._look_up(self._kernel, int(match[1], 16)) if match else None
        fault = _FAULT.match(line.text)
        if fault is None:
            return None
        return self._look_up(self._elfs.get(fault[1], self._kernel), int(fault[2], 16))

    def _look_up(self, elf: Path, address: int) -> str | None:
        if elf not in self._tables:
            self._tables[elf] = _read(elf)
        return self._tables[elf].place(elf.name, address)


class _Table:
    def __init__(self, symbols: list[tuple[int, int, str]], lines: list[tuple[int, str]]) -> None:
        self._symbols = sorted(symbols)
        self._lines = sorted(lines, key=lambda line: line[0])
        self._rows = [address for address, _ in self._lines]

    def place(self, name: str, address: int) -> str | None:
        at = bisect_right(self._symbols, (address, 1 << 64, "")) - 1
        if at < 0:
            return None
        start, size, symbol = self._symbols[at]
        if address >= start + max(size, 1):
            return f"at {address:#x}: outside the code of {name}"
        line = bisect_right(self._rows, address) - 1
        where = f", {self._lines[line][1]}" if line >= 0 and self._lines[line][1] else ""
        return f"in {symbol}+{address - start:#x} of {name}{where}"


def _read(elf: Path) -> _Table:
    from elftools.elf.elffile import ELFFile  # only a fault pays for it

    try:
        with elf.open("rb") as file:
            parsed = ELFFile(file)
            symbols = _symbols(parsed)
            return _Table(symbols, _line_rows(parsed))
    except Exception:  # noqa: BLE001 - a damaged ELF makes the parser fail in any way; a place is a favour, the run goes on
        return _Table([], [])


def _symbols(elf: Any) -> list[tuple[int, int, str]]:
    """(address, size, name) of the functions and labels in code; a label without a size reaches to the next one."""
    table = elf.get_section_by_name(".symtab")
    if table is None:
        return []
    found: list[tuple[int, int, str]] = []
    for symbol in table.iter_symbols():
        section = symbol["st_shndx"]
        if symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE") and symbol.name and isinstance(section, int):
            code = elf.get_section(section)
            if code["sh_flags"] & 4:  # SHF_EXECINSTR
                end = code["sh_addr"] + code["sh_size"]
                found.append((symbol["st_value"], symbol["st_size"] or end - symbol["st_value"], symbol.name))
    return found


def _line_rows(elf: Any) -> list[tuple[int, str]]:
    """(address, `file:line`) where a row of the line table begins; an empty text where a sequence ends."""
    if not elf.has_dwarf_info():
        return []
    dwarf = elf.get_dwarf_info()
    rows: list[tuple[int, str]] = []
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        names = program["file_entry"]
        first = 0 if program["version"] >= 5 else 1
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            place = state.file - first
            known = not state.end_sequence and 0 <= place < len(names)
            rows.append((state.address, f"{Path(names[place].name.decode('utf-8', 'replace')).name}:{state.line}" if known else ""))
    return rows
