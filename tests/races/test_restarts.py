"""Restarts of either end of a channel while a call is cut by the window's end, at each of its instructions."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.hostile.machine import build_plan, run
from tests.races.test_races import SHORT_WORDS, logs

LONG_WORDS = 600
"""4,800 B: three chunks of the kernel's copy."""
WINDOW_US = 70


def plan_text(sends: int, queuing: int, words: int, offsets: int, count: int) -> str:
    args = f"{sends} {queuing} {words} {offsets} {count}"
    kind = "queuing, depth: 3, rate: 1 per 1 s" if queuing else "sampling"
    writer, reader = ("cut", "other") if sends else ("other", "cut")
    every = "[warm_restart, cold_restart]"
    return f"""
hyp: 1
name: restarts
board: qemu-q35
console: {{uart: com1, mode: text, baud: 115200, buffer: 1 KiB}}
partitions:
  cut: {{image: tests/races/partition, args: "cut {args}", fpu: false}}
  other: {{image: tests/races/partition, args: "other {args}", fpu: false, grants: {{partitions: {{cut: {every}}}}}}}
channels:
  line: {{kind: {kind}, size: {words * 8} B, from: {writer}.line, to: {reader}.line}}
  back: {{kind: sampling, size: {words * 8} B, from: {reader}.back, to: {writer}.back}}
shared:
  notes: {{size: 4 KiB, access: {{cut: rw, other: rw}}}}
  cut_log: {{size: 4 KiB, access: {{cut: rw}}}}
  other_log: {{size: 4 KiB, access: {{other: rw}}}}
schedules:
  normal:
    major_frame: {2 * WINDOW_US} us
    windows:
      - {{partition: cut, at: 0 us, for: {WINDOW_US} us}}
      - {{partition: other, at: {WINDOW_US} us, for: {WINDOW_US} us}}
"""


@pytest.mark.slow
@pytest.mark.parametrize("words", [SHORT_WORDS, LONG_WORDS], ids=["64B", "4800B"])
@pytest.mark.parametrize("queuing", [0, 1], ids=["sampling", "queuing"])
@pytest.mark.parametrize("sends", [1, 0], ids=["send", "receive"])
def test_restarts_behind_a_cut_call(
    repository: Path, tmp_path: Path, request: pytest.FixtureRequest, sends: int, queuing: int, words: int
) -> None:
    """Warm and cold ones of the one and the other end by turns. Nothing is torn, lost or twice; no life has anything of the one before."""
    offsets = words + words // 2 + 400
    count = offsets * (4 if request.config.getoption("--nightly") else 1)
    built = build_plan(plan_text(sends, queuing, words, offsets, count), repository, tmp_path / "image")
    result = run(built, tmp_path / "run", 4 * count + 100)
    found = logs(result, ("cut", "other"), "{}_log")
    begun, _, _, _, _, inside, _, lost, _, *restarts = struct.unpack_from("<13Q", result.area("cut", "notes"))
    assert begun == count, "the sweep did not come to its end"
    assert all(restarts), restarts
    assert sum(restarts) == count
    assert inside > count * (words + 20) // offsets // 2, "few restarts met a call that was not through"
    assert lost < 100, "messages that a restart cleared were all of them at the same few instructions"
    if sends:
        assert found["other"].seen > count // 2
