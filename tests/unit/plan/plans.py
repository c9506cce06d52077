"""Texts of plans for tests: a good one, and ways to change it."""

from __future__ import annotations

from pathlib import Path

from hyp.plan import Loaded, load

ROOT = Path(__file__).resolve().parents[3]
BASE = ROOT / "config"

GOOD = """\
hyp: 1
name: good
board: qemu-q35
partitions:
  a: {image: partitions/hello, timing: {period: 10 ms, budget: 900 us}}
  b: {image: partitions/hello, fpu: false, args: "--gain 0.4"}
schedules:
  normal:
    major_frame: 10 ms
    windows:
      - {partition: b, at: 2 ms, for: 1 ms}
      - {partition: a, at: 0 ms, for: 1 ms}
"""


def check(text: str) -> Loaded:
    """Loads a text as if it were a file in config/."""
    return load("plan.yaml", text=text, base=BASE)


def changed(*changes: tuple[str, str]) -> str:
    """GOOD with each first text replaced by the second."""
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def found(loaded: Loaded) -> list[str]:
    """The codes, in the order of the text."""
    return [diagnostic.code for diagnostic in loaded.diagnostics]
