"""What the demo's image costs: its boot, and the kernel's size."""

from __future__ import annotations

from pathlib import Path

from hyp.bench.measure import Bench, Measured
from hyp.bench.rows import BYTES, INSTRUCTIONS, Row


def measure(bench: Bench, demo: Path) -> Measured:
    return bench.measure(demo, 20)


def rows(demo: Measured) -> list[Row]:
    counts, kernel = demo.counts, demo.manifest["kernel"]
    boot = counts.boot - counts.boot_verify
    peer = "216,000 without its timer waits (POK)"
    return [
        Row("boot", "demo: loader's entry to the first partition, clock verification apart", boot, INSTRUCTIONS, 400_000, 100_000, peer),
        Row("boot_clock", "clock verification", counts.boot_verify, INSTRUCTIONS, 300_000),
        Row(
            "kernel_size",
            "kernel text and read-only data",
            kernel["text_bytes"] + kernel["rodata_bytes"],
            BYTES,
            32 << 10,
            16 << 10,
            "37 KB (POK)",
        ),
    ]


def path_rows(hostile: Measured, demo: Measured) -> list[Row]:
    """What the guard has to cover."""
    longest = {
        kind: max((one.counts.longest[kind].length for one in (hostile, demo) if kind in one.counts.longest), default=0)
        for kind in ("drain", "fault", "timer", "timer_fpu")
    }
    calls = max(way.length for kind, way in hostile.counts.longest.items() if kind.startswith("call:"))
    return [
        Row("drain_step", "console drain: longest step between looks at the clock", longest["drain"], INSTRUCTIONS, 600),
        Row("kernel_path", "longest path of a hypercall or fault", max(calls, longest["fault"]), INSTRUCTIONS),
        Row(
            "release_path",
            "longest path of the timer to a release, starts and restarts too",
            max(longest["timer"], longest["timer_fpu"]),
            INSTRUCTIONS,
        ),
    ]
