"""The kernel's symbols: where the counter has to look, and whose an address is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from iced_x86 import Code, Decoder

from hyp.abi.hypercalls import HYPERCALLS

BOOT_ENTRIES = ("boot_pvh", "boot_multiboot2")
_FIRSTS = {
    "timer": "entry_timer",
    "hypercall": "entry_hypercall",
    "exit_now": "exit_now",
    "release": "exit_release",
    "verify": "clock_verify",
    "drain": "console_drain",
    "end": "report_end",
}
_LOOKS = ("partition_prepare", "partition_restart", "copy_long", "hypercall_multicall")
"""A cold restart, the copy of a long message and a batch look at the clock between their chunks or calls, and stop in time."""
_DRAIN_LOOKS = ("console_drain", "sender_go")
LONGEST_INSTRUCTION = 15
UNTAGGED = 63
"""Stands for the handler of untagged calls where a hypercall's number is wanted."""


@dataclass(frozen=True)
class Symbol:
    """Addresses [start, end)."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Kernel:
    """`functions` by address, of text and boot segment; `areas` are the two, [start, end), and `code` their bytes."""

    functions: tuple[Symbol, ...]
    areas: tuple[tuple[int, int], ...]
    code: tuple[bytes, ...]
    spin: tuple[int, int]

    def function(self, address: int) -> str:
        """Name of what `address` belongs to."""
        at = bisect_right(self.functions, address, key=lambda symbol: symbol.start) - 1
        return self.functions[at].name if at >= 0 else hex(address)

    def bytes_at(self, address: int, size: int = LONGEST_INSTRUCTION) -> bytes:
        """Code from `address` on, at most `size` bytes of its area."""
        for (start, end), code in zip(self.areas, self.code, strict=True):
            if start <= address < end:
                return code[address - start : address - start + size]
        return b""


def read_kernel(path: Path) -> Kernel:
    """Symbols of a kernel.elf. ValueError when it lacks what the counter needs."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        sections = [elf.get_section(n) for n in range(elf.num_sections())]
        code = [s for s in sections if s["sh_flags"] & 4 and s["sh_size"]]  # SHF_EXECINSTR
        areas = tuple((s["sh_addr"], s["sh_addr"] + s["sh_size"]) for s in code)
        table = elf.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection) or len(areas) != 2:
            raise ValueError(f"{path}: not a kernel with symbols")
        named = [s for s in sorted(table.iter_symbols(), key=_rank) if _is_code(s.name, s["st_value"], areas)]
        found = {s["st_value"]: s.name.partition(".")[0] for s in named}  # without what the compiler says of its own copies
        starts = sorted(found)
        functions = tuple(Symbol(found[at], at, _end(at, after, areas)) for at, after in zip(starts, [*starts[1:], 0], strict=True))
        release = next(one.start for one in functions if one.name == "exit_release")
        text = next(s for s in code if s["sh_addr"] <= release < s["sh_addr"] + s["sh_size"])
        spin = release, _loop_end(text.data()[release - text["sh_addr"] :], release)
        contents = tuple(s.data() for s in code)
    return Kernel(functions, areas, contents, spin)


def plugin_arguments(kernel: Kernel) -> list[str]:
    """What counter.c takes, but for `out`."""
    arguments = [f"area={start:x}-{end:x}" for start, end in kernel.areas]
    arguments += [f"boot_entry={_one(kernel, name).start:x}" for name in BOOT_ENTRIES]
    arguments += [f"{mark}={_one(kernel, name).start:x}" for mark, name in _FIRSTS.items()]
    arguments += [f"spin={kernel.spin[0]:x}-{kernel.spin[1]:x}"]
    arguments += [f"entry={_one(kernel, 'entry_exceptions').start:x}-{_one(kernel, 'entry_fault_kernel').start:x}"]
    arguments += [f"look={one.start:x}-{one.end:x}" for one in map(partial(_one, kernel), _LOOKS)]
    arguments += [f"drain_look={one.start:x}-{one.end:x}" for one in map(partial(_one, kernel), _DRAIN_LOOKS)]
    arguments += [f"call={call.number}:{_one(kernel, f'hypercall_{call.name}').start:x}" for call in HYPERCALLS]
    return [*arguments, f"call={UNTAGGED}:{_one(kernel, 'hypercall_untagged').start:x}"]


def _one(kernel: Kernel, name: str) -> Symbol:
    for one in kernel.functions:
        if one.name == name:
            return one
    raise ValueError(f"the kernel has no symbol {name}")


def _is_code(name: str, at: int, areas: tuple[tuple[int, int], ...]) -> bool:
    return bool(name) and any(start <= at < end for start, end in areas)


def _rank(symbol: Any) -> tuple[bool, bool, bool, str]:
    """Of two names for one address the last wins: a function's, else a global one, else one that does not say where something ends."""
    kind = symbol["st_info"]
    return kind["type"] == "STT_FUNC", kind["bind"] == "STB_GLOBAL", not symbol.name.endswith("_end"), symbol.name


def _end(at: int, after: int, areas: tuple[tuple[int, int], ...]) -> int:
    area_end = next(end for start, end in areas if start <= at < end)
    return after if at < after <= area_end else area_end


def _loop_end(code: bytes, at: int) -> int:
    """After the `js` that closes the release loop."""
    for instruction in Decoder(64, code, ip=at):
        if instruction.code in (Code.JS_REL8_64, Code.JS_REL32_64):
            return instruction.next_ip
    raise ValueError("no loop at exit_release")
