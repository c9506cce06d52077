"""The kernel's code by symbol and instruction, from kernel.elf."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from iced_x86 import Decoder, Mnemonic

_LAST = (Mnemonic.JMP, Mnemonic.IRETQ, Mnemonic.SYSRETQ, Mnemonic.RET)
"""After them comes what the assembler aligns with."""


@dataclass(frozen=True)
class Code:
    """`instructions`: addresses in .text, ascending; `idle` those that nothing executes: `ud2`, padding.

    `symbols`: of functions and assembler labels in it.
    """

    instructions: tuple[int, ...]
    idle: frozenset[int]
    symbols: dict[str, int]

    def owner(self, address: int) -> str:
        """The nearest symbol at or below."""
        return max((at, name) for name, at in self.symbols.items() if at <= address)[1]


def read_code(kernel: Path) -> Code:
    with kernel.open("rb") as file:
        elf = ELFFile(file)
        text, table = elf.get_section_by_name(".text"), elf.get_section_by_name(".symtab")
        assert text is not None
        assert isinstance(table, SymbolTableSection)
        start, data = int(text["sh_addr"]), text.data()
        symbols = {
            symbol.name: int(symbol["st_value"])
            for symbol in table.iter_symbols()
            if symbol.name and start <= symbol["st_value"] < start + len(data) and symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE")
        }
    decoded = list(Decoder(64, data, ip=start))
    idle = {this.ip for this in decoded if this.mnemonic == Mnemonic.UD2}
    for before, this in pairwise(decoded):
        if this.mnemonic == Mnemonic.NOP and (before.mnemonic in _LAST or before.ip in idle):
            idle.add(this.ip)
    return Code(tuple(instruction.ip for instruction in decoded), frozenset(idle), symbols)
