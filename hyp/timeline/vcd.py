"""A trace as a value change dump (IEEE 1364-2005, 18), for wave viewers: who runs, who should, and which hypercall is under way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hyp.abi.hypercalls import HYPERCALLS
from hyp.timeline.describe import Described
from hyp.timeline.spans import Span, calls, windows

_FIRST_CODE, _CODES = 33, 94
"""Identifiers are made of the printable characters from `!` to `~`."""
_NUMBERS = {call.name: call.number for call in HYPERCALLS}


def vcd(name: str, partitions: Sequence[str], found: Sequence[Described], plan: Iterable[Span]) -> str:
    """Times in ns. Every partition has `running`, `planned` and `hypercall`: its number, x between calls."""
    begin = max(0, min((one.event.at_ns for one in found), default=0))
    codes = {(partition, what): _code(n * 3 + m) for n, partition in enumerate(partitions) for m, what in enumerate(_SIGNALS)}
    changes: list[tuple[int, int, str]] = []
    for what, spans in (("running", windows(found)), ("planned", plan)):
        for span in spans:
            code = codes[span.partition, what]
            changes += [(span.end_ns, 0, f"0{code}"), (span.start_ns, 1, f"1{code}")]
    for span in calls(found):
        code = codes[span.partition, "hypercall"]
        changes += [(span.end_ns, 0, f"bx {code}"), (span.start_ns, 1, f"b{_NUMBERS.get(span.name, 0):b} {code}")]
    lines = ["$timescale 1 ns $end", f"$scope module {name} $end"]
    for partition in partitions:
        lines.append(f"$scope module {partition} $end")
        lines += [f"$var {kind} {bits} {codes[partition, what]} {what} $end" for what, (kind, bits) in _SIGNALS.items()]
        lines.append("$upscope $end")
    lines += ["$upscope $end", "$enddefinitions $end", f"#{begin}", "$dumpvars"]
    lines += [f"bx {code}" if what == "hypercall" else f"0{code}" for (_, what), code in codes.items()]
    lines.append("$end")
    return "\n".join([*lines, *_timed(changes, begin), ""])


_SIGNALS = {"running": ("wire", 1), "planned": ("wire", 1), "hypercall": ("integer", 32)}


def _timed(changes: list[tuple[int, int, str]], last: int) -> list[str]:
    """At one instant ends come before starts. Nothing is before `last`."""
    lines: list[str] = []
    for at, _, change in sorted(changes):
        if at > last:
            last = at
            lines.append(f"#{last}")
        lines.append(change)
    return lines


def _code(number: int) -> str:
    code = ""
    while True:
        code += chr(_FIRST_CODE + number % _CODES)
        number //= _CODES
        if number == 0:
            return code
