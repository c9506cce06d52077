"""What the demo's image costs: its boot, and the kernel's size."""

from __future__ import annotations

from pathlib import Path

from hyp.abi.hypercalls import HYPERCALLS
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


def path_rows(measured: tuple[Measured, ...]) -> list[Row]:
    """What the guard has to cover. A restart of the module is no such path: no window is promised while it goes on."""
    return [
        Row("drain_step", "console drain: longest step between looks at the clock", _longest(measured, ("drain",)), INSTRUCTIONS, 1500),
        Row("kernel_path", "longest kernel path of any call or fault", kernel_path(measured), INSTRUCTIONS, 2000, 1000),
        Row("release_path", "longest path of the timer to a release", release_path(measured), INSTRUCTIONS),
        Row(
            "restart_path",
            "longest stretch of a restart between looks at the clock",
            _longest(measured, ("timer", "timer_fpu", "idle")),
            INSTRUCTIONS,
        ),
        Row("module_restart", "restart of the module: until its windows begin anew", _longest(measured, (_MODULE,)), INSTRUCTIONS),
    ]


def kernel_path(measured: tuple[Measured, ...]) -> int:
    """What may come before the timer's interrupt is taken: calls, faults, upcalls inside a window."""
    kinds = {kind for one in measured for kind in one.counts.longest}
    return _longest(measured, tuple(kind for kind in kinds if kind != _MODULE and (kind.startswith("call:") or kind in _HELD)))


def release_path(measured: tuple[Measured, ...]) -> int:
    """From the timer's interrupt to the release; draining and restarts, which look at the time left, apart."""
    return max((way.length for one in measured for way in one.counts.releases if not way.drained and not way.restarted), default=0)


def _longest(measured: tuple[Measured, ...], kinds: tuple[str, ...]) -> int:
    return max((one.counts.longest[kind].length for one in measured for kind in kinds if kind in one.counts.longest), default=0)


_MODULE = f"call:{next(call.number for call in HYPERCALLS if call.name == 'module_control')}"
_HELD = ("fault", "spurious", "refused")
