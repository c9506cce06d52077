"""A good board is never called silent, however long its plan lets it be: on the limit of the clocks' accuracy, and at a switch."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from hyp.bench.measure import Bench as Images
from hyp.monitor.kinds import Kind
from hyp.monitor.parameters import parameters
from hyp.target.bundle import Bundle
from sim.monitor.standin.bench import Bench
from sim.monitor.standin.pins import Write, record
from tests.gateware.conftest import PLANS
from tests.gateware.oracle import Oracle, edges
from tests.gateware.streams import from_writes

FRAMES = 24


@pytest.fixture(scope="module")
def image(repository: Path) -> Bundle:
    return Images(repository).image(PLANS / "quiet.yaml")


@pytest.fixture(scope="module")
def bench(image: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with Bench(parameters(image.manifest), tmp_path_factory.mktemp("quiet")) as bench:
        yield bench


@pytest.fixture(scope="module")
def writes(image: Bundle, tmp_path_factory: pytest.TempPathFactory) -> list[Write]:
    return record(image, FRAMES, tmp_path_factory.mktemp("pins"))


@pytest.mark.parametrize("slower_ppm", [0, 9_900, -9_900])
def test_a_good_board_is_not_silent(image: Bundle, bench: Bench, writes: list[Write], slower_ppm: int) -> None:
    rate = 1 + Fraction(slower_ppm, 1_000_000)
    stream = from_writes([Write(round(one.at_ns * rate), one.value) for one in writes])
    oracle = Oracle(image.manifest)
    wanted = oracle.judge(edges(stream.changes, stream.half_ps, oracle.steady))
    said = bench.run(stream.events(), stream.end_ps + 3_000_000, stream.half_ps)
    kinds = [kind for kind, _, _ in said.verdicts]
    assert kinds == [Kind.LOCKED, *[Kind.GOOD] * (len(writes) - 1)]
    assert list(said.verdicts) == wanted.verdicts[:-1], "but for the silence after the run"
    assert {row for _, row, _ in said.verdicts} == {0, 1, 2}, "both schedules"
    assert all(said.frames)
