"""The partition switch: from the timer interrupt's first instruction in the kernel to the next partition's first."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from hyp.bench.measure import PLANS, Bench, Measured
from hyp.bench.rows import INSTRUCTIONS, Row
from hyp.exits import ExitCode, Stop

FRAMES = 500
WARM_UP = 2
"""Releases that start their partition."""


@dataclass(frozen=True)
class Switch:
    """Kernel instructions, with one round of the final spin; `late_*`: the interrupt's first one after the window's net end, ticks."""

    count: int
    least: int
    middle: float
    most: int
    late_least: int
    late_most: int


def measure(bench: Bench, *, fpu: bool) -> Measured:
    return bench.measure(PLANS / ("switch-fpu.yaml" if fpu else "switch.yaml"), FRAMES)


def switches(measured: Measured) -> Switch:
    """Stop TARGET_FAILED when fewer happened than the schedule has."""
    found = measured.counts.releases[WARM_UP:]
    if len(found) < FRAMES - WARM_UP:
        raise Stop(ExitCode.TARGET_FAILED, f"{measured.manifest['plan']}: {len(found)} switches in {FRAMES} frames")
    net = measured.manifest["schedules"][0]["windows"][0]["for_ns"] - measured.manifest["guard_ns"]
    lengths, late = [one.length for one in found], [one.ran - net for one in found]
    return Switch(len(found), min(lengths), median(lengths), max(lengths), min(late), max(late))


def rows(plain: Measured, fpu: Measured) -> list[Row]:
    peer = "324 to 378 (seL4), 732 (POK), 1,777 (XtratuM)"
    timer = max(abs(late) for one in (switches(plain), switches(fpu)) for late in (one.late_least, one.late_most))
    return [
        Row("switch", "partition switch by the timer, no FPU: worst", switches(plain).most, INSTRUCTIONS, 200, 125, peer),
        Row("switch_fpu", "the same between partitions with FPU", switches(fpu).most, INSTRUCTIONS),
        Row("timer_lateness", "timer interrupt after the window's net end", timer, INSTRUCTIONS, None, 0),
    ]
