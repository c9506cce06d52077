"""What a plan's monitor waits for when nothing is written."""

from __future__ import annotations

import pytest

from tests.unit.plan.plans import check

TEXT = """\
hyp: 1
name: watched
board: qemu-q35
guard: 4 us
monitor: {{lines: parallel, clock: 10 MHz, accuracy: 100 ppm, jitter: 200 ns{more}}}
partitions:
  a: {{image: partitions/hello{grants}}}
schedules:
  normal:
    major_frame: 20 ms
    windows: [{{partition: a, at: 0 ms, for: 1 ms}}{second}]
{other}
"""
OTHER = """\
  other:
    major_frame: 10 ms
    windows: [{partition: a, at: 7 ms, for: 1 ms}]
"""


def silence(*, second: str = "", other: str = "", more: str = "") -> int:
    grants = ", grants: {schedules: [normal, other]}" if other else ""
    loaded = check(TEXT.format(second=second, other=other, more=more, grants=grants))
    assert loaded.plan is not None, loaded.diagnostics
    assert loaded.plan.monitor is not None
    return loaded.plan.monitor.silence_ns


SLACK = 2 * 200 + 100 + 4000
"""Jitter at both edges, one clock, the guard."""


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({}, 20_000_000 + 2000 + SLACK),
        ({"second": ", {partition: a, at: 10 ms, for: 1 ms}"}, 20_000_000),
        ({"other": OTHER}, 27_000_000 + 2700 + SLACK),
        ({"more": ", silence: 30 ms"}, 30_000_000),
    ],
    ids=["one window", "two windows", "a switch", "written"],
)
def test_silence_is_longer_than_a_good_board_is_quiet(written: dict[str, str], wanted: int) -> None:
    """One window a frame: its clock may be slow, and its edge late by the guard; a switch may come at the end of any frame."""
    assert silence(**written) == wanted
