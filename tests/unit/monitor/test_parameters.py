"""Bounds, answers, and plans without a monitor."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyp.exits import ExitCode, Stop
from hyp.image.manifest import Manifest
from hyp.monitor.answer import answer
from hyp.monitor.bounds import Tolerance
from hyp.monitor.parameters import entry_of


@given(st.integers(1_000_000, 50_000_000), st.integers(0, 10**7), st.integers(0, 10**9), st.integers(1, 10_000), st.data())
def test_no_good_edge_is_outside(hz: int, jitter: int, offset: int, ppm: int, data: st.DataObject) -> None:
    """Wherever two edges fall between the monitor's clocks: what is off by no more than jitter and drift is within the bounds."""
    tolerance = Tolerance(hz, jitter, ppm)
    bounds = tolerance.bounds(offset)
    spread = jitter + Fraction(offset * ppm, 10**6)
    share = data.draw(st.fractions(-1, 1))
    first = data.draw(st.fractions(0, 10))
    second = first + (offset + spread * share) * hz / Fraction(10**9)
    stamped = -(-second // 1) - -(-first // 1)
    assert bounds.lo <= stamped <= bounds.hi


def test_an_answer_depends_on_both() -> None:
    assert len({answer(challenge, 0x5A) for challenge in range(256)}) == 256
    assert len({answer(7, key) for key in range(256)}) == 256


def test_a_plan_without_a_monitor() -> None:
    with pytest.raises(Stop) as stopped:
        entry_of(cast(Manifest, {"monitor": None, "plan": "mine", "plan_file": "mine.yaml"}))
    assert stopped.value.code == ExitCode.WRONG_INPUT
    assert stopped.value.message == "plan mine has no monitor: add `monitor: {lines: parallel}` to mine.yaml"
