"""The plan table in the RTL is the plan: decoded from the Verilog and compared with the YAML, with none of the code that wrote it."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from hyp.bench.measure import Bench as Images
from hyp.monitor.parameters import parameters
from sim.monitor.standin.bench import Bench
from tests.gateware.conftest import PLANS, watched

WORD = re.compile(r"^\s*rom\[(\d+)\] = (\d+)'h([0-9a-f]+);", re.MULTILINE)
UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "Hz": 1, "kHz": 10**3, "MHz": 10**6, "ppm": 1, "%": 10**4}
DEFAULTS = {"clock": "12 MHz", "accuracy": "100 ppm", "jitter": "200 ns"}
"""As docs/reference/plan.md has them."""


def number(text: str) -> Fraction:
    """ns, Hz or parts per million."""
    value, unit = text.split()
    return Fraction(value) * UNITS[unit]


def fields(word: int, width: int, schedule_bits: int) -> tuple[int, int, int, int, int, int]:
    bits = (width - schedule_bits - 2) // 3
    parts = [word >> n * bits & ((1 << bits) - 1) for n in range(3)]
    lo, nominal, hi = (part - (1 << bits) if part >> (bits - 1) else part for part in parts)
    rest = word >> 3 * bits
    return lo, nominal, hi, rest & ((1 << schedule_bits) - 1), rest >> schedule_bits & 1, rest >> (schedule_bits + 1) & 1


@pytest.mark.parametrize("name", ["fast", "modem", "demo"])
def test_the_rom_is_the_plan(name: str, repository: Path, tmp_path: Path) -> None:
    file = PLANS / f"{name}.yaml" if name != "demo" else repository / "config" / "demo.yaml"
    text = file.read_text() if name != "demo" else watched(file)
    made = Bench(parameters(Images(repository).image(file, text).manifest), tmp_path)
    found = WORD.findall(made.program.with_name("monitor.v").read_text())
    width, words = int(found[0][1]), {int(place): int(value, 16) for place, _, value in found}
    plan: dict[str, Any] = yaml.safe_load(text)
    monitor = {**DEFAULTS, **plan["monitor"]}
    clock, jitter, ppm = (number(monitor[key]) for key in ("clock", "jitter", "accuracy"))
    frames = [number(schedule["major_frame"]) for schedule in plan["schedules"].values()]
    starts = [sorted(number(window["at"]) for window in schedule["windows"]) for schedule in plan["schedules"].values()]
    schedule_bits = max(1, (len(starts) - 1).bit_length())

    def check(found: tuple[int, int, int], ns: Fraction) -> None:
        """The widest whole clocks that a good edge can show, and no wider."""
        lo, nominal, hi = found
        off, per_ns = jitter + ns * ppm / 10**6, clock / 10**9
        assert abs(nominal - ns * per_ns) <= Fraction(1, 2)
        assert hi - 1 <= (ns + off) * per_ns < hi
        assert lo < (ns - off) * per_ns <= lo + 1

    place = 0
    for which, at in enumerate(starts):
        for position, start in enumerate(at):
            lo, nominal, hi, owner, begins, ends = fields(words.pop(place), width, schedule_bits)
            check((lo, nominal, hi), start - at[0])
            assert (owner, bool(begins), bool(ends)) == (which, position == 0, position == len(at) - 1)
            place += 1
    for frame, at in zip(frames, starts, strict=True):
        for following in starts:
            check(fields(words.pop(place), width, schedule_bits)[:3], frame - at[0] + following[0])
            place += 1
    assert words == {}
