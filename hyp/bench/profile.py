"""Where the instructions go: the kernel's longest paths by function, the switch instruction by instruction, and coverage."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from iced_x86 import Decoder, Formatter, FormatterSyntax, Mnemonic

from hyp.bench.all_rows import Runs
from hyp.bench.counts import Way
from hyp.bench.measure import Measured
from hyp.bench.symbols import Kernel, Symbol

_PADDING = (Mnemonic.NOP, Mnemonic.INT3)


def write(folder: Path, runs: Runs) -> None:
    """paths.txt, extremes.txt, services.txt, switch.txt and coverage.txt in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "paths.txt").write_text(paths_text(runs.jitter))
    (folder / "extremes.txt").write_text(paths_text(runs.extremes))
    (folder / "services.txt").write_text(ways_text(runs.services))
    (folder / "switch.txt").write_text(way_text(runs.switch.kernel, runs.switch.counts.shortest_release))
    (folder / "coverage.txt").write_text(
        coverage_text([runs.jitter, runs.null_call, runs.switch, runs.switch_fpu, runs.services, runs.extremes, runs.demo])
    )


def paths_text(measured: Measured) -> str:
    """The longest stretch of each kind, as the functions that it went through with the instructions in each."""
    lines = []
    for kind, way in sorted(measured.counts.longest.items()):
        parts = groupby(way.steps, key=lambda step: measured.kernel.function(step[0]))
        through = ", ".join(f"{name} {sum(repeated for _, repeated in steps)}" for name, steps in parts)
        lines.append(f"{kind}: {way.length} (longest of {way.count}): {through}")
    return "\n".join(lines) + "\n"


def ways_text(measured: Measured) -> str:
    """The longest stretch of each kind, instruction by instruction."""
    ways = sorted(measured.counts.longest.items())
    return "\n".join(f"{kind}: {way.length}\n{way_text(measured.kernel, way)}" for kind, way in ways if kind != "boot")


def way_text(kernel: Kernel, way: Way) -> str:
    """One line an instruction: position, function, instruction."""
    formatter = Formatter(FormatterSyntax.GAS)
    lines: list[str] = []
    position = 1
    for address, repeated in way.steps:
        instruction = next(iter(Decoder(64, kernel.bytes_at(address), ip=address)))
        times = f"  x{repeated}" if repeated > 1 else ""
        lines.append(f"{position:4} {kernel.function(address):24} {formatter.format(instruction)}{times}")
        position += repeated
    return "\n".join(lines) + "\n"


def coverage_text(measured: list[Measured]) -> str:
    """By function: instructions that ran, of how many."""
    kernel = measured[0].kernel
    ran = {address for one in measured for address in one.counts.executed}
    rows = [(function, _instructions(kernel, function)) for function in kernel.functions]
    lines = [f"{len(ran & all_):5} of {len(all_):5}  {function.name}" for function, all_ in rows if all_]
    total = {address for _, all_ in rows for address in all_}
    return "\n".join([*lines, f"{len(ran & total):5} of {len(total):5}  in all"]) + "\n"


def _instructions(kernel: Kernel, function: Symbol) -> set[int]:
    """Addresses by linear decoding; 32-bit code and data of the boot segment count as what ran there only."""
    if function.start < 1 << 32:
        return set()
    code = kernel.bytes_at(function.start, function.end - function.start)
    return {one.ip for one in Decoder(64, code, ip=function.start) if not one.is_invalid and one.mnemonic not in _PADDING}
