"""`costs:` of a board file from what the probe measured: what the kernel does, in instructions, at this machine's speed of them."""

from __future__ import annotations

from dataclasses import dataclass

from hyp.probe.facts import Report

SWITCH_INSTRUCTIONS = 600
PATH_INSTRUCTIONS = 1800
"""Bounds of the kernel's paths as the benchmark counts them; `config/boards/qemu-q35.yaml` has the same, at 1 ns each."""
_PER_SWITCH = {"interrupt": 1, "root_write": 1, "msr_write": 6, "apic_write": 3, "fpu_save_restore": 1}
_PER_PATH = {**_PER_SWITCH, "io_write": 2}
"""How often at most a path does what takes many times an instruction's time on real machines."""


@dataclass(frozen=True)
class CostsNs:
    switch: int
    kernel_path: int
    io_write: int
    release_tolerance: int


def costs_of(report: Report) -> CostsNs:
    """In ns. An instruction counts as one with empty caches, where that is slower: a window may follow on anything."""
    instruction = max(report.ps("instruction"), report.ps("cold_instruction"))
    gap = report.one("gaps").number("longest_ns")
    switch = _path(report, instruction, SWITCH_INSTRUCTIONS, _PER_SWITCH)
    return CostsNs(
        switch=switch,
        kernel_path=_path(report, instruction, PATH_INSTRUCTIONS, _PER_PATH),
        io_write=_up(max(1, -(-report.ps("io_write") // 1000))),
        release_tolerance=_up(2 * switch + gap + gap // 4),
    )


def _path(report: Report, instruction_ps: int, instructions: int, dear: dict[str, int]) -> int:
    total = instructions * instruction_ps + sum(times * report.ps(name) for name, times in dear.items())
    return _up(-(-total // 1000))


def _up(ns: int) -> int:
    """Rounded up to two digits: more would claim what such a measurement does not know."""
    step = int(10 ** max(0, len(str(ns)) - 2))
    return -(-ns // step) * step
