"""The plan table in the RTL's text is the plan: decoded here from the Verilog, with none of the code that wrote it."""

from __future__ import annotations

import re
from fractions import Fraction

from hyp.target.bundle import Bundle
from sim.monitor.standin.bench import Bench

WORD = re.compile(r"^\s*rom\[(\d+)\] = (\d+)'h([0-9a-f]+);", re.MULTILINE)


def fields(word: int, width: int, schedule_bits: int) -> tuple[int, int, int, int, int, int]:
    bits = (width - schedule_bits - 2) // 3
    parts = [word >> n * bits & ((1 << bits) - 1) for n in range(3)]
    lo, nominal, hi = (part - (1 << bits) if part >> (bits - 1) else part for part in parts)
    rest = word >> 3 * bits
    return lo, nominal, hi, rest & ((1 << schedule_bits) - 1), rest >> schedule_bits & 1, rest >> (schedule_bits + 1) & 1


def test_the_rom_is_the_plan(rtl: Bench, fast: Bundle) -> None:
    found = WORD.findall(rtl.program.with_name("monitor.v").read_text())
    width = int(found[0][1])
    words = {int(place): int(text, 16) for place, _, text in found}
    manifest, monitor = fast.manifest, fast.manifest["monitor"]
    assert monitor is not None
    schedules, clock = manifest["schedules"], Fraction(monitor["clock_hz"], 10**9)
    count = sum(len(schedule["windows"]) for schedule in schedules)
    assert sorted(words) == list(range(count + len(schedules) ** 2))

    def check(found: tuple[int, int, int], ns: int) -> None:
        """The widest whole clocks that a good edge can show, and no wider."""
        lo, nominal, hi = found
        off = Fraction(monitor["jitter_ns"]) + Fraction(ns * monitor["accuracy_ppm"], 10**6)
        assert abs(nominal - ns * clock) <= Fraction(1, 2)
        assert hi - 1 <= (ns + off) * clock < hi
        assert lo < (ns - off) * clock <= lo + 1

    for number, schedule in enumerate(schedules):
        first = schedule["windows"][0]["at_ns"]
        for place, window in enumerate(schedule["windows"]):
            lo, nominal, hi, owner, begins, ends = fields(words[window["index"]], width, 1)
            check((lo, nominal, hi), window["at_ns"] - first)
            assert (owner, bool(begins), bool(ends)) == (number, place == 0, place == len(schedule["windows"]) - 1)
        for other, following in enumerate(schedules):
            span = schedule["major_frame_ns"] - first + following["windows"][0]["at_ns"]
            check(fields(words[count + number * len(schedules) + other], width, 1)[:3], span)
